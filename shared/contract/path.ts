import { z } from 'zod';

/** How a controller is reached now. */
export const pathSchema = z.enum(['lan', 'internet', 'none']);
export type Path = z.infer<typeof pathSchema>;
