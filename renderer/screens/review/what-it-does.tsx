import { useState } from 'react';
import type { Review } from '../../../shared/contract/app-state.ts';
import { shortAddress } from '../../../shared/text/addresses.ts';
import { Button } from '../../components/button.tsx';
import { Card, Section } from '../../components/card.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import styles from './what-it-does.module.css';

type ReadyReview = Extract<Review, { state: 'ready' }>;

function endpointText({ private: lan, public: internet }: ReadyReview['controllers'][number]): string {
  const parts = [
    lan.length > 0 ? `LAN ${lan.join(', ')}` : '',
    internet.length > 0 ? `internet ${internet.join(', ')}` : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? parts.join('; ') : 'no address: found on the LAN by asking';
}

/** What joining a network changes on this laptop. */
export function WhatItDoes({ review }: { readonly review: ReadyReview }) {
  const [isOpen, setOpen] = useState(false);
  const { controllers, addresses, hostNames, domain, peer, interfaceName, lookups, otherTraffic } = review;
  const routes = controllers.flatMap(({ routes: extra }) => extra);
  const [firstAddress, ...others] = addresses;
  return (
    <Section title="What it does on this laptop">
      <Card>
        <Facts>
          <Fact
            name={controllers.length === 1 ? 'Reach 1 controller' : `Reach ${controllers.length} controllers`}
            isCode
          >
            {controllers.map(({ name }) => name).join(', ')}
          </Fact>
          <Fact name="You are" isCode>
            {peer}.{domain}
          </Fact>
          <Fact name={addresses.length === 1 ? 'Your address' : 'Your addresses'} isCode>
            {firstAddress !== undefined && shortAddress(firstAddress)}
            {others.length > 0 && ` and ${others.length} more`}
          </Fact>
          <Fact name="Names written to hosts">
            {hostNames.length === 0 ? (
              'none'
            ) : (
              <>
                {hostNames.length}, ending in <strong>.{domain}</strong>
              </>
            )}
          </Fact>
          {lookups !== null && (
            <Fact name="Names looked up" isCode>
              {lookups}
            </Fact>
          )}
          {routes.length > 0 && (
            <Fact name="Traffic for" isCode>
              {routes.join(', ')}
            </Fact>
          )}
          <Fact name="Your other traffic">
            {otherTraffic.isUntouched ? otherTraffic.text : <strong>{otherTraffic.text}</strong>}
          </Fact>
        </Facts>
        {isOpen && (
          <div className={styles.more}>
            <h3>Controllers</h3>
            <ul>
              {controllers.map((controller) => (
                <li key={controller.name}>
                  <strong>{controller.name}</strong>{' '}
                  {controller.description !== null && `(${controller.description}) `}
                  {endpointText(controller)}
                </li>
              ))}
            </ul>
            <h3>Addresses, on the interface {interfaceName}</h3>
            <ul>
              {addresses.map((address) => (
                <li key={address}>{address}</li>
              ))}
            </ul>
            {hostNames.length > 0 && (
              <>
                <h3>Host names</h3>
                <p>{hostNames.join(', ')}</p>
              </>
            )}
          </div>
        )}
        <div className={styles.toggle}>
          <Button onPress={() => setOpen(!isOpen)}>{isOpen ? 'Show less' : 'Show all'}</Button>
        </div>
      </Card>
    </Section>
  );
}

const changeWords: Readonly<Record<ReadyReview['differences'][number]['change'], string>> = {
  added: 'new',
  removed: 'gone',
  changed: 'changed',
};

/** What a newer invite changes. */
export function Differences({ differences }: { readonly differences: ReadyReview['differences'] }) {
  return (
    <Section title="What changes">
      <Card>
        {differences.length === 0 ? (
          <p className={styles.none}>Nothing but its serial number.</p>
        ) : (
          <ul className={styles.changes}>
            {differences.map(({ what, change, from, to }) => (
              <li key={`${what} ${from} ${to}`}>
                <p>
                  {what} <span>{changeWords[change]}</span>
                </p>
                {from !== null && <del>{from}</del>}
                {to !== null && <ins>{to}</ins>}
              </li>
            ))}
          </ul>
        )}
      </Card>
    </Section>
  );
}
