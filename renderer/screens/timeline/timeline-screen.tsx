import { useState } from 'react';
import { clockText } from '../../../shared/text/quantities.ts';
import type { Decision } from '../../../shared/timeline/decision.ts';
import { timelineEntry } from '../../../shared/timeline/titles.ts';
import { Card, Section } from '../../components/card.tsx';
import { Screen } from '../../components/screen.tsx';
import { SettingSwitch } from '../../components/setting-switch.tsx';
import { useApp } from '../../state/use-window-state.ts';
import styles from './timeline-screen.module.css';

function dayOf(time: string): string {
  const day = new Date(time);
  const isToday = day.toDateString() === new Date().toDateString();
  return isToday ? 'Today' : day.toLocaleDateString('en', { weekday: 'long', day: 'numeric', month: 'long' });
}

/** By day, newest first. */
function byDay(decisions: readonly Decision[]): ReadonlyMap<string, readonly Decision[]> {
  const days = new Map<string, Decision[]>();
  for (const decision of [...decisions].reverse()) {
    const day = dayOf(decision.at);
    days.set(day, [...(days.get(day) ?? []), decision]);
  }
  return days;
}

/** What happened, and why. */
export function TimelineScreen() {
  const { timeline } = useApp();
  const [withQuiet, setWithQuiet] = useState(false);
  const shown = timeline.filter((decision) => withQuiet || !timelineEntry(decision).isQuiet);
  return (
    <Screen title="Timeline">
      <Card>
        <SettingSwitch name="Also show when nothing changed" isOn={withQuiet} onChange={setWithQuiet} />
      </Card>
      {shown.length === 0 && (
        <p className={styles.empty}>Nothing has happened yet. Moves and their reasons appear here.</p>
      )}
      {[...byDay(shown)].map(([day, decisions]) => (
        <Section key={day} title={day}>
          <Card>
            <ol className={styles.line}>
              {decisions.map((decision) => (
                <Entry key={decision.id} decision={decision} />
              ))}
            </ol>
          </Card>
        </Section>
      ))}
    </Screen>
  );
}

function Entry({ decision }: { readonly decision: Decision }) {
  const { title, tone } = timelineEntry(decision);
  const { at, reason, tookMs, to } = decision;
  return (
    <li className={`${styles.entry} ${styles[tone]}`}>
      <p>
        <time dateTime={at}>{clockText(at)}</time> · <strong>{title}</strong>
        {tookMs !== null && ` in ${Math.round(tookMs)} ms`}
      </p>
      {reason !== '' && <p className={styles.reason}>{reason}</p>}
      {to !== null && <p className={styles.endpoint}>{to}</p>}
    </li>
  );
}
