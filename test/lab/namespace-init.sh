#!/bin/bash
# Pid 1 of one namespace set of the lab: $1 is its host name, $2 is "host" or "fabric".
# It prints "ready", then waits for the end of its standard input, reaping orphans meanwhile (bash waits for any
# child on SIGCHLD). Its end is the end of everything in the namespaces.
set -eu

prepare_network() {
  # No duplicate address detection and no router advertisements: addresses work the moment they are set.
  for which in all default; do
    echo 0 >"/proc/sys/net/ipv6/conf/$which/accept_dad"
    echo 0 >"/proc/sys/net/ipv6/conf/$which/accept_ra"
  done
  ip link set lo up
}

# The machine's own files stay reachable for bind mounts at /srv/outside, which only root may enter.
keep_outside() {
  mount -t tmpfs -o mode=700 tmpfs /srv
  mkdir /srv/outside /srv/etc /srv/etc/upper /srv/etc/work
  mount --rbind / /srv/outside
  umount /srv/outside/srv
  mount -o remount,bind,ro /srv/outside
}

own_etc() {
  if ! mount -t overlay -o lowerdir=/etc,upperdir=/srv/etc/upper,workdir=/srv/etc/work overlay /etc 2>/dev/null; then
    mkdir /srv/etc/copy
    cp -a /etc/. /srv/etc/copy
    mount --bind /srv/etc/copy /etc
  fi
  rm -f /etc/hosts /etc/resolv.conf /etc/hostname
  echo "$1" >/etc/hostname
  : >/etc/resolv.conf
  {
    printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n\n' "$1"
    printf '::1\tlocalhost ip6-localhost ip6-loopback\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n'
  } >/etc/hosts
  # Lookups of unknown names fail at once, there is no DNS in the lab.
  printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files\n' >/etc/nsswitch.conf
}

own_folders() {
  for folder in run opt home; do
    mount -t tmpfs -o mode=755 tmpfs "/$folder"
  done
  mount -t tmpfs -o mode=1777 tmpfs /tmp
  mount -t tmpfs -o mode=700 tmpfs /root
  mount -t tmpfs -o mode=755 tmpfs /var
  mkdir -p /var/lib/homing /var/log /var/cache /var/tmp /run/wireguard
  chmod 700 /var/lib/homing /run/wireguard
  chmod 1777 /var/tmp
  ln -s ../run /var/run
}

umask 022
# This shell's own standard input must reach no child: its end is the signal to stop.
exec 3<&0 </dev/null
echo "$1" >/proc/sys/kernel/hostname
prepare_network
# /sys/class/net shows the interfaces of the network namespace in which it was mounted.
mount -t sysfs sysfs /sys
if [ "$2" = host ]; then
  keep_outside
  own_etc "$1"
  own_folders
  # What the lab has not given to the host itself stays as the machine has it.
  mount -o remount,bind,ro /
else
  # Switches carry frames and have no addresses of their own.
  echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
  echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
fi
echo ready
while read -r _ <&3; do :; done
