import * as z from 'zod';

/** How a controller is reached now. */
export const pathSchema = z.enum(['lan', 'internet', 'none']);
export type Path = z.infer<typeof pathSchema>;

/** A path as shown: `moving` until a change is verified or reverted. */
export type ShownPath = Path | 'moving';

/**
 * The path to show for a controller: the current path holds until another is verified, but a move in progress is shown.
 */
export function shownPath({
  path,
  isMoving,
}: {
  readonly path: Path;
  readonly isMoving: boolean;
}): ShownPath {
  return isMoving ? 'moving' : path;
}
