import * as z from 'zod';
import { isKeyText, type PresharedKey, type PrivateKey, type PublicKey } from './wireguard-key.ts';

const keyTextSchema = z.string().refine(isKeyText, 'not 32 bytes in base64');

export const publicKeySchema = keyTextSchema.transform((text) => text as PublicKey);

export const privateKeySchema = keyTextSchema.transform((text) => text as PrivateKey);

export const presharedKeySchema = keyTextSchema.transform((text) => text as PresharedKey);
