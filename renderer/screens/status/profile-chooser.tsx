import type { ProfileSummary } from '../../../shared/contract/app-state.ts';
import styles from './profile-chooser.module.css';

interface ProfileChooserProps {
  readonly profiles: readonly ProfileSummary[];
  readonly selected: ProfileSummary;
  readonly onChoose: (profileId: string) => void;
}

/** Which network the window shows; hidden for a single network. */
export function ProfileChooser({ profiles, selected, onChoose }: ProfileChooserProps) {
  if (profiles.length < 2) return selected.label;
  return (
    <select
      className={styles.chooser}
      aria-label="Network"
      value={selected.id}
      onChange={(event) => onChoose(event.target.value)}
    >
      {profiles.map(({ id, label }) => (
        <option key={id} value={id}>
          {label}
        </option>
      ))}
    </select>
  );
}
