/**
 * The programs of macOS that the helper runs. They are on the sealed system volume, at the same paths on every Mac, so
 * no search is needed.
 */
export const systemPrograms = {
  dscacheutil: '/usr/bin/dscacheutil',
  ifconfig: '/sbin/ifconfig',
  killall: '/usr/bin/killall',
  netstat: '/usr/sbin/netstat',
  networksetup: '/usr/sbin/networksetup',
  pfctl: '/sbin/pfctl',
  ping: '/sbin/ping',
  ping6: '/sbin/ping6',
  ps: '/bin/ps',
  route: '/sbin/route',
  swVers: '/usr/bin/sw_vers',
} as const;
