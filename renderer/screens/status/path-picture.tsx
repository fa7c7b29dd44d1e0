import { shownPath } from '../../../shared/contract/path.ts';
import type { ControllerStatus } from '../../../shared/contract/status.ts';
import { pathLabel } from '../../../shared/text/path-words.ts';
import { millisecondsText } from '../../../shared/text/quantities.ts';
import styles from './path-picture.module.css';

interface PathPictureProps {
  readonly controllers: readonly ControllerStatus[];
  /** Whether to draw the laptop inside its house. */
  readonly isHome: boolean;
}

/** More lines would be a tangle; the cards below show all. */
const maxDrawn = 5;
const rowHeight = 38;
const width = 336;
const end = { x: 214 };
const maxNameLength = 14;

function shortened(name: string): string {
  return name.length <= maxNameLength ? name : `${name.slice(0, maxNameLength - 1)}…`;
}

function under({ path, isMoving, roundTripMs }: ControllerStatus): string {
  if (isMoving) return pathLabel.moving.toLowerCase();
  if (path === 'none') return pathLabel.none.toLowerCase();
  return roundTripMs === null ? '' : millisecondsText(roundTripMs);
}

/**
 * House, laptop, and a line to each controller: solid on the LAN, dashed over the internet, broken when unreachable.
 */
export function PathPicture({ controllers, isHome }: PathPictureProps) {
  const drawn = controllers.slice(0, maxDrawn);
  const more = controllers.length - drawn.length;
  const height = Math.max(drawn.length * rowHeight, 62) + 8;
  const middle = height / 2;
  const first = middle - ((drawn.length - 1) * rowHeight) / 2;
  return (
    <>
      <svg
        className={styles.picture}
        viewBox={`0 0 ${width} ${height}`}
        width="100%"
        height={height}
        aria-hidden="true"
      >
        <g transform={`translate(0 ${middle - 66})`}>
          <path
            className={`${styles.house} ${isHome ? '' : styles.away}`}
            d="M22 64 L42 46 L62 64 V86 H22 Z"
          />
          <rect className={styles.laptop} x="33" y="67" width="18" height="11" rx="2" />
          <path className={styles.laptop} d="M30 81h24" />
        </g>
        {drawn.map((controller, index) => {
          const y = first + index * rowHeight;
          const fan = (index - (drawn.length - 1) / 2) * 2;
          const start = middle + 4 + fan;
          const reach = controller.path === 'none' ? 150 : end.x;
          const line = `M66 ${start} C130 ${start} 140 ${y} ${reach} ${y}`;
          return (
            <g key={controller.name} className={styles[shownPath(controller)]}>
              <path className={styles.line} d={line} />
              <circle className={styles.end} cx={end.x + 8} cy={y} r="6" />
              <text x={end.x + 22} y={y - 3}>
                {shortened(controller.name)}
              </text>
              <text x={end.x + 22} y={y + 10} className={styles.small}>
                {under(controller)}
              </text>
            </g>
          );
        })}
      </svg>
      {more > 0 && <p className={styles.more}>and {more} more below</p>}
    </>
  );
}
