import { ChevronDown } from 'lucide-react';
import { Collapsible } from 'radix-ui';
import { ratesOf } from '../../../shared/app/history.ts';
import type { Sample } from '../../../shared/contract/app-state.ts';
import { type ShownPath, shownPath } from '../../../shared/contract/path.ts';
import type { ControllerStatus } from '../../../shared/contract/status.ts';
import { bytesText, millisecondsText } from '../../../shared/text/quantities.ts';
import type { Decision } from '../../../shared/timeline/decision.ts';
import { Card } from '../../components/card.tsx';
import { PathDot, PathTag } from '../../components/path-tag.tsx';
import styles from './controller-card.module.css';
import { ControllerDetails } from './controller-details.tsx';
import { Sparkline } from './sparkline.tsx';

interface ControllerCardProps {
  readonly controller: ControllerStatus;
  readonly samples: readonly Sample[];
  /** The last move to this path, if known. */
  readonly lastMove: Decision | undefined;
}

/** A controller: path, round-trip time, rates; expanded, all details. */
export function ControllerCard({ controller, samples, lastMove }: ControllerCardProps) {
  const { name, roundTripMs } = controller;
  const path = shownPath(controller);
  return (
    <Card>
      <Collapsible.Root>
        <Collapsible.Trigger className={styles.head}>
          <PathDot path={path} />
          <span className={styles.name}>{name}</span>
          <PathTag path={path} />
          <ChevronDown size={15} className={styles.chevron} aria-hidden="true" />
        </Collapsible.Trigger>
        {path !== 'none' && <Measured roundTripMs={roundTripMs} samples={samples} path={path} />}
        <Collapsible.Content>
          <ControllerDetails controller={controller} lastMove={lastMove} />
        </Collapsible.Content>
      </Collapsible.Root>
    </Card>
  );
}

type MeasuredProps = Pick<ControllerStatus, 'roundTripMs'> &
  Pick<ControllerCardProps, 'samples'> & { readonly path: ShownPath };

function Measured({ roundTripMs, samples, path }: MeasuredProps) {
  const rates = ratesOf(samples);
  return (
    <div className={styles.line}>
      <span className={styles.time}>{roundTripMs !== null && millisecondsText(roundTripMs)}</span>
      <Sparkline samples={samples} path={path} />
      {rates !== null && (
        <span className={styles.rates}>
          <span>
            <span aria-hidden="true">↓ </span>
            <span className={styles.unseen}>receiving </span>
            {bytesText(rates.receivedPerSecond)}/s
          </span>
          <span>
            <span aria-hidden="true">↑ </span>
            <span className={styles.unseen}>sending </span>
            {bytesText(rates.sentPerSecond)}/s
          </span>
        </span>
      )}
    </div>
  );
}
