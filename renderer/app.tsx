import type { ScreenName } from '../shared/contract/app-ipc.ts';
import type { AppState, ProfileSummary } from '../shared/contract/app-state.ts';
import { isReleaseRefusal } from '../shared/release/release.ts';
import styles from './app.module.css';
import { ApprovalNotice, isApprovalQuestion } from './components/approval-notice.tsx';
import { ProblemNotice } from './components/problem-notice.tsx';
import { TabBar } from './components/tab-bar.tsx';
import { UnverifiedHelperNotice } from './components/unverified-helper-notice.tsx';
import { JoinCardScreen } from './screens/join-card/join-card-screen.tsx';
import { MachinesScreen } from './screens/machines/machines-screen.tsx';
import { OnboardingScreen } from './screens/onboarding/onboarding-screen.tsx';
import { ReviewScreen } from './screens/review/review-screen.tsx';
import { SettingsScreen } from './screens/settings/settings-screen.tsx';
import { StatusScreen } from './screens/status/status-screen.tsx';
import { TimelineScreen } from './screens/timeline/timeline-screen.tsx';
import { ImportScreen } from './screens/welcome/import-screen.tsx';
import { failedInstallation, failedProfileId, type ShownFailure, shownFailure } from './state/failure.ts';
import { useDropAndPaste } from './state/use-drop-and-paste.ts';
import { useActions, useView } from './state/use-window-state.ts';
import type { Place } from './state/window-state.ts';

/** The window: one screen, the tabs below it, and what failed above. A file can be dropped anywhere. */
export function App() {
  const { app, place, failure } = useView();
  const actions = useActions();
  const isDragging = useDropAndPaste(actions);
  if (app === undefined) return failure === null ? null : <ProblemNotice problem={failure.problem} />;
  const shown = shownFailure(failure, app.problem);
  return (
    <div className={styles.window}>
      {shown !== null && (
        <div className={styles.problem}>
          <FailureNotice failure={shown} onDismiss={() => actions.dismissProblem()} />
        </div>
      )}
      <Shown app={app} place={place} />
      {isDragging && (
        <div className={styles.dropping} role="status">
          Drop the invite to review it
        </div>
      )}
    </div>
  );
}

interface FailureNoticeProps {
  readonly failure: ShownFailure;
  readonly onDismiss: () => void;
}

/** A failure, with the button for what an administrator may decide about it. */
function FailureNotice({ failure, onDismiss }: FailureNoticeProps) {
  const { problem } = failure;
  const profileId = failedProfileId(failure);
  if (isReleaseRefusal(problem.code)) {
    const choices = failedInstallation(failure);
    return <UnverifiedHelperNotice problem={problem} choices={choices} onDismiss={onDismiss} />;
  }
  if (isApprovalQuestion(problem) && profileId !== undefined)
    return <ApprovalNotice problem={problem} profileId={profileId} onDismiss={onDismiss} />;
  return <ProblemNotice problem={problem} onDismiss={onDismiss} />;
}

function Shown({ app, place }: { readonly app: AppState; readonly place: Place }) {
  const actions = useActions();
  if (app.review !== null) return <ReviewScreen review={app.review} />;
  if (place.screen === 'join-card') return <JoinCardScreen profileId={place.profileId} />;
  if (place.screen === 'import') return <ImportScreen onBack={() => actions.go({ screen: 'status' })} />;
  const profile = app.profiles.find(({ id }) => id === app.selectedProfileId);
  return (
    <>
      <Tab app={app} screen={place.screen} profile={profile} />
      <TabBar current={place.screen} onChoose={(screen) => actions.go({ screen })} />
    </>
  );
}

interface TabProps {
  readonly app: AppState;
  readonly screen: Exclude<ScreenName, 'import'>;
  readonly profile: ProfileSummary | undefined;
}

function Tab({ app, screen, profile }: TabProps) {
  if (screen === 'settings') return <SettingsScreen />;
  if (screen === 'timeline') return <TimelineScreen />;
  if (screen === 'status' && app.helper.state !== 'ready') {
    return <OnboardingScreen helper={app.helper} installer={app.about.installer} update={app.update} />;
  }
  if (profile === undefined) return <ImportScreen onBack={undefined} />;
  return screen === 'machines' ? <MachinesScreen profile={profile} /> : <StatusScreen profile={profile} />;
}
