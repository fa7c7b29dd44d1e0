import * as z from 'zod';
import { dnsZoneRefusal } from '../names/dns-zone.ts';

const zoneSchema = z.string().superRefine((text, context) => {
  const refusal = dnsZoneRefusal(text);
  if (refusal !== undefined) context.addIssue({ code: 'custom', message: `it ${refusal}` });
});

/** glibc reads three servers and six domains (resolv.conf(5)); systemd-resolved allows more. */
const maxServers = 8;
const maxZones = 32;

/** The name servers of a network, and the zones whose names are looked up there. */
export const dnsSchema = z.strictObject({
  servers: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .min(1)
    .max(maxServers),
  zones: z.array(zoneSchema).max(maxZones),
});
export type NetworkDns = z.infer<typeof dnsSchema>;
