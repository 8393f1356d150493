"""The script `thimble`: the command line with arguments, the window without. Nothing is imported up here."""


def main() -> int:
    import sys

    if len(sys.argv) > 1:
        from core.cli import main as run_command

        return run_command(sys.argv[1:])
    if not _has_screen():
        print("error: there is no screen to open the window on", file=sys.stderr)
        print("hint: start it in a desktop session, or use the commands: thimble --help", file=sys.stderr)
        return 1
    from gui.app import run_window

    return run_window()


def _has_screen() -> bool:
    """Qt ends the whole program when it finds no screen, so Linux is asked first."""
    import os
    import sys

    names = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in names)


if __name__ == "__main__":
    import sys

    sys.exit(main())
