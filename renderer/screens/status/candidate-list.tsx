import type { CandidateStatus } from '../../../shared/contract/status.ts';
import { endpointSide } from '../../../shared/text/path-words.ts';
import { ageText, millisecondsText } from '../../../shared/text/quantities.ts';
import styles from './candidate-list.module.css';

interface CandidateListProps {
  readonly candidates: readonly CandidateStatus[];
  /** The candidate in use. */
  readonly endpoint: string | null;
  readonly nowMs: number;
}

const sources: Readonly<Record<CandidateStatus['source'], string>> = {
  invite: 'from the invite',
  resolved: 'looked up by name',
  discovered: 'found by a broadcast on the LAN',
  remembered: 'worked before',
  live: 'the endpoint it last used',
};

function verdictText({ last }: CandidateStatus, nowMs: number): string {
  if (last.verdict === 'untested') return 'not tested yet';
  const age = ageText(last.at, nowMs);
  if (last.verdict === 'verified') return `proven ${age}, ${millisecondsText(last.roundTripMs)}`;
  const what = last.verdict === 'silent' ? 'no answer' : 'refused';
  return `${what} ${age}: ${last.reason}`;
}

/** Every candidate endpoint, with the result of its last test. */
export function CandidateList({ candidates, endpoint, nowMs }: CandidateListProps) {
  return (
    <ul className={styles.list}>
      {candidates.map((candidate) => (
        <li key={`${candidate.path} ${candidate.endpoint}`} className={styles.candidate}>
          <div className={styles.head}>
            <span className={styles.endpoint}>{candidate.endpoint}</span>
            {candidate.endpoint === endpoint && <span className={styles.used}>in use</span>}
          </div>
          <div className={styles.verdict}>
            {endpointSide[candidate.path]}, {sources[candidate.source]}; {verdictText(candidate, nowMs)}
          </div>
        </li>
      ))}
    </ul>
  );
}
