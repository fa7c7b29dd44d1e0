import { appSituation, isWaitingForAdmin, switchAction } from '../../../shared/app/situation.ts';
import type { AppState, ProfileSummary } from '../../../shared/contract/app-state.ts';
import type { ConnectedTunnel } from '../../../shared/contract/status.ts';
import type { Decision } from '../../../shared/timeline/decision.ts';
import { Section } from '../../components/card.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Screen } from '../../components/screen.tsx';
import { useActions, useApp } from '../../state/use-window-state.ts';
import { ControllerCard } from './controller-card.tsx';
import { Hero } from './hero.tsx';
import { OtherTrafficCard } from './other-traffic.tsx';
import { ProfileChooser } from './profile-chooser.tsx';
import { ProtectionNotices } from './protection-notices.tsx';
import { Routes } from './routes.tsx';
import { ThisLaptop } from './this-laptop.tsx';
import { UnreachableNotice } from './unreachable-notice.tsx';
import { WaitingCard } from './waiting-card.tsx';

interface StatusScreenProps {
  readonly profile: ProfileSummary;
}

/** The first screen: on or off, where this laptop is, and how each controller is reached. */
export function StatusScreen({ profile }: StatusScreenProps) {
  const app = useApp();
  const actions = useActions();
  const { tunnel } = app;
  const action = switchAction(app);
  const live = tunnel.state === 'connected' ? tunnel : undefined;
  const shown = liveProfile(app, live) ?? profile;
  const isWaiting = live !== undefined && !shown.joined && isWaitingForAdmin(live);
  const press = () => {
    if (action === 'connect') void actions.do('connect', { profileId: profile.id });
    if (action === 'disconnect') void actions.do('disconnect', undefined);
  };
  return (
    <Screen
      title={
        <ProfileChooser
          profiles={app.profiles}
          selected={profile}
          onChoose={(profileId) => void actions.do('selectProfile', { profileId })}
        />
      }
      aside={`${shown.peer}${shown.serial === null ? '' : ` · serial ${shown.serial}`}`}
    >
      <Hero
        situation={appSituation(app)}
        network={shown.label}
        isOn={action === 'disconnect'}
        canSwitch={action !== 'nothing'}
        controllers={isWaiting ? [] : (live?.controllers ?? [])}
        onSwitch={press}
      />
      <ProtectionNotices />
      {tunnel.state === 'failed' && <ProblemNotice problem={tunnel.problem} />}
      {profile.key.state === 'unreadable' && <ProblemNotice problem={profile.key.problem} />}
      {live?.hosts.problem && <ProblemNotice problem={live.hosts.problem} />}
      {isWaiting && (
        <WaitingCard
          network={shown.label}
          onShowCard={() => actions.go({ screen: 'join-card', profileId: shown.id })}
        />
      )}
      {live !== undefined && !isWaiting && <Controllers app={app} live={live} profile={shown} />}
      <OtherTrafficCard profile={shown} />
      {live !== undefined && !isWaiting && <Routes live={live} />}
      <ThisLaptop name={shown.peer} domain={shown.domain} addresses={shown.addresses} />
    </Screen>
  );
}

function liveProfile({ profiles }: AppState, live: ConnectedTunnel | undefined): ProfileSummary | undefined {
  return profiles.find(({ id }) => id === live?.profileId);
}

/** The reason of the last move to a controller's path. */
function lastMoveOf(timeline: readonly Decision[], name: string): Decision | undefined {
  return timeline.findLast(({ kind, controller }) => kind === 'moved' && controller === name);
}

interface ControllersProps {
  readonly app: AppState;
  readonly live: ConnectedTunnel;
  readonly profile: ProfileSummary;
}

function Controllers({ app, live, profile }: ControllersProps) {
  const lost = live.controllers.filter(({ path }) => path === 'none').map(({ name }) => name);
  return (
    <Section title="Controllers">
      {live.controllers.map((controller) => (
        <ControllerCard
          key={controller.name}
          controller={controller}
          samples={app.history[controller.name] ?? []}
          lastMove={lastMoveOf(app.timeline, controller.name)}
        />
      ))}
      {profile.controllers
        .filter(({ name }) => lost.includes(name))
        .map((controller) => (
          <UnreachableNotice key={controller.name} controller={controller} />
        ))}
    </Section>
  );
}
