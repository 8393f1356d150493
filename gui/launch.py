"""The script `thimble`: the command line with arguments, the window without. Nothing is imported up here."""


def main() -> int:
    import sys

    if len(sys.argv) > 1:
        from core.cli import main as run_command

        return run_command(sys.argv[1:])
    from gui.app import run_window

    return run_window()


if __name__ == "__main__":
    import sys

    sys.exit(main())
