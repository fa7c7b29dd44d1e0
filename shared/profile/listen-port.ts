/** Lower ports belong to system services (ip_unprivileged_port_start, ip-sysctl(7)). */
export const minListenPort = 1_024;
export const maxListenPort = 65_535;
