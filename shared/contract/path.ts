import { z } from 'zod';

/** How a controller is reached now. */
export const pathSchema = z.enum(['lan', 'internet', 'none']);
export type Path = z.infer<typeof pathSchema>;

/** A path as it is shown: `moving` until a change of it is proven or taken back. */
export type ShownPath = Path | 'moving';

/** What to show of a controller: its path holds until another is proven, but a move under way is not hidden. */
export function shownPath({
  path,
  isMoving,
}: {
  readonly path: Path;
  readonly isMoving: boolean;
}): ShownPath {
  return isMoving ? 'moving' : path;
}
