import type { Review } from '../../../shared/contract/app-state.ts';
import { Notice } from '../../components/notice.tsx';
import styles from './refused-lines.module.css';

type Lines = Extract<Review, { state: 'ready' }>['refusedLines'];

/** Lines of a WireGuard file that Homing ignores. */
export function RefusedLines({ lines }: { readonly lines: Lines }) {
  if (lines.length === 0) return null;
  return (
    <Notice title={lines.length === 1 ? '1 line refused' : `${lines.length} lines refused`}>
      <ul className={styles.lines}>
        {lines.map(({ line, text, reason }) => (
          <li key={`${line} ${text}`}>
            <code>
              {line}: {text}
            </code>
            {reason}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
