import { z } from 'zod';

/** Settings that every part of the sandbox reads from the environment; a part extends this object with its own. */
export const frameSettings = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  SANDBOX_DATABASE_URL: z.url({ error: 'must be the URL of this part’s own PostgreSQL database' }),
  CLOCK_URL: z.url().optional(),
  CLOCK_TOKEN: z.string().min(1).optional(),
  SANDBOX_TOKEN: z.string().min(8, 'must be at least 8 characters: it opens the control API'),
});
