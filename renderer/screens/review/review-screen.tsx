import type { Review } from '../../../shared/contract/app-state.ts';
import { Button } from '../../components/button.tsx';
import { Card, Section } from '../../components/card.tsx';
import { FingerprintWords } from '../../components/fingerprint.tsx';
import { Notice } from '../../components/notice.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Screen } from '../../components/screen.tsx';
import { useActions, useApp } from '../../state/use-window-state.ts';
import { RefusedLines } from './refused-lines.tsx';
import { ReviewNames } from './review-names.tsx';
import styles from './review-screen.module.css';
import { Differences, WhatItDoes } from './what-it-does.tsx';

type ReadyReview = Extract<Review, { state: 'ready' }>;

/** The preview of an import. */
export function ReviewScreen({ review }: { readonly review: Review }) {
  return review.state === 'ready' ? <Ready review={review} /> : <Refused review={review} />;
}

function Ready({ review }: { readonly review: ReadyReview }) {
  const actions = useActions();
  const { keyring } = useApp().about;
  const { kind, network, source, fingerprint, peer, serial, otherTraffic } = review;
  const isNew = kind === 'new';
  const names = [network, ...review.controllers.map(({ name }) => name)].join(' ');
  const join = () =>
    actions.attempt(async (bridge) => {
      const { profileId } = await bridge.call('acceptReview', { reviewId: review.id });
      actions.go(isNew && fingerprint !== null ? { screen: 'join-card', profileId } : { screen: 'status' });
    });
  return (
    <Screen title={isNew ? 'Join a network' : 'Update a network'} aside={`from ${source}`}>
      <Card>
        <p className={styles.network}>{network}</p>
        {fingerprint === null ? (
          <p className={styles.proof}>
            A WireGuard file is not signed. Join only if you know where it comes from.
          </p>
        ) : (
          <>
            <p className={styles.proof}>
              {isNew
                ? 'Signed by its owner. Compare the fingerprint with them:'
                : `Signed by the known owner, serial ${serial}.`}
            </p>
            <FingerprintWords fingerprint={fingerprint} />
          </>
        )}
      </Card>
      {review.isRenamable && <ReviewNames key={names} review={review} />}
      {isNew ? <WhatItDoes review={review} /> : <Differences differences={review.differences} />}
      {!isNew && !otherTraffic.isUntouched && (
        <Notice title="Your other traffic">It {otherTraffic.text}.</Notice>
      )}
      <RefusedLines lines={review.refusedLines} />
      {isNew && keyring.state === 'missing' && <Notice title="No keyring here">{keyring.reason}</Notice>}
      <Card>
        <Button look="main" onPress={() => void join()}>
          {isNew ? `Join ${network}` : `Update ${network}`}
        </Button>
        <Button look="plain" onPress={() => void actions.do('dismissReview', undefined)}>
          Not now
        </Button>
      </Card>
      {isNew && (
        <p className={styles.note}>
          {fingerprint === null
            ? 'The key in the file is kept on this laptop.'
            : `A key for ${peer} is made on this laptop and never leaves it.`}
        </p>
      )}
    </Screen>
  );
}

function Refused({ review }: { readonly review: Extract<Review, { state: 'refused' }> }) {
  const actions = useActions();
  const again = async () => {
    if (await actions.do('dismissReview', undefined)) actions.go({ screen: 'import' });
  };
  return (
    <Screen title="Not imported" aside={`from ${review.source}`}>
      <ProblemNotice problem={review.problem} />
      <Section title="Nothing has changed">
        <Card>
          <Button look="main" onPress={() => void again()}>
            Choose another
          </Button>
          <Button look="plain" onPress={() => void actions.do('dismissReview', undefined)}>
            Close
          </Button>
        </Card>
      </Section>
    </Screen>
  );
}
