#!/usr/bin/env bash
# A Debian system for arm64 on this computer, under qemu-user, that looks like a Raspberry Pi 4 and answers on SSH.
#
#     sudo tests/arm64/make_root.sh DIR [PORT]     builds DIR when it is not there (minutes), then serves
#
# Needs debootstrap, qemu-user-static and openssh's ssh-keygen. The key to log in with is DIR.key (user root):
#
#     thimble bench model.tflite --board pi --host 127.0.0.1:PORT --user root --key DIR.key
#
# /sys of this computer is never mounted: engines look there for the CPU, and would find another one's.
set -euo pipefail

root=$(realpath -m "${1:?DIR}")
port=${2:-2264}
# A Pi 4's. qemu's own choice has extensions (SVE, SME, i8mm) that no Pi has; XNNPACK takes its kernels for them,
# and with qemu 7.2 those give wrong numbers.
cpu=${QEMU_CPU:-cortex-a72}
# The mirror that this system itself installs from.
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)}

register_qemu() {
    local formats=/proc/sys/fs/binfmt_misc
    [ -e "$formats/register" ] || mount -t binfmt_misc binfmt_misc "$formats"
    [ -e "$formats/qemu-aarch64" ] && return
    # ELF, 64 bits, little-endian, AArch64; F: the interpreter is opened now, so that it need not be in the root
    printf '%s' ':qemu-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64-static:F' \
        > "$formats/register"
}

build() {
    debootstrap --foreign --arch=arm64 --variant=minbase \
        --include=python3,python3-venv,openssh-server,ca-certificates bookworm "$root.part" "$mirror"
    chroot "$root.part" /debootstrap/debootstrap --second-stage
    mv "$root.part" "$root"
}

say() { # FILE TEXT, under the root's /sys
    mkdir -p "$(dirname "$root/sys/$1")"
    printf '%s\n' "$2" > "$root/sys/$1"
}

cpuinfo() { # what the kernel of a Pi 4 says
    for core in 0 1 2 3; do
        printf 'processor\t: %d\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd evtstrm crc32 cpuid\n' "$core"
        printf 'CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd08\nCPU revision\t: 3\n\n'
    done
    printf 'Hardware\t: BCM2835\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n'
}

look_like_a_pi() {
    mkdir -p "$root/proc" "$root/dev" "$root/run/sshd" "$root/root/.ssh"
    say class/thermal/thermal_zone0/temp 48686
    for list in possible present online; do say "devices/system/cpu/$list" 0-3; done
    say devices/system/cpu/kernel_max 3
    for core in 0 1 2 3; do
        local cpu=devices/system/cpu/cpu$core
        say "$cpu/cpufreq/cpuinfo_max_freq" 1500000
        say "$cpu/cpufreq/cpuinfo_min_freq" 600000
        say "$cpu/cpufreq/scaling_cur_freq" 1500000
        say "$cpu/cpufreq/scaling_governor" ondemand
        say "$cpu/topology/core_id" "$core"
        say "$cpu/topology/core_siblings_list" 0-3
        say "$cpu/topology/physical_package_id" 0
    done
    mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
    mountpoint -q "$root/dev" || mount --bind /dev "$root/dev"
    cpuinfo > "$root/cpuinfo"
    mountpoint -q "$root/proc/cpuinfo" || mount --bind "$root/cpuinfo" "$root/proc/cpuinfo"
}

serve() {
    [ -e "$root.key" ] || ssh-keygen -q -t ed25519 -N '' -f "$root.key"
    cp "$root.key.pub" "$root/root/.ssh/authorized_keys"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    # sshd gives its sessions a new environment: each is told once more which CPU to be
    QEMU_CPU=$cpu chroot "$root" /usr/sbin/sshd -D -e -p "$port" -o ListenAddress=127.0.0.1 -o UsePAM=no \
        -o StrictModes=no -o PermitRootLogin=prohibit-password -o SetEnv="QEMU_CPU=$cpu"
}

leave() {
    umount "$root/proc/cpuinfo" "$root/dev" "$root/proc" 2>/dev/null || true
}

register_qemu
[ -d "$root" ] || build
trap leave EXIT
look_like_a_pi
serve
