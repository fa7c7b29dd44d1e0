import type { HelperClient } from '../../client/helper-client.ts';
import { inviteText } from '../../client/profiles/invite-file.ts';
import { loadProfile } from '../../client/profiles/profiles.ts';
import type { ProfileStore } from '../../client/profiles/store.ts';
import type { AppState } from '../../shared/contract/app-state.ts';
import type { AppStore } from '../state/app-store.ts';

/** The requested state is shown at once, and reverted when the helper does not confirm it within this time. */
export const predictionMs = 3_000;

/** Connects and disconnects, for the switch, the tray and the start of the app. */
export class Connection {
  readonly #store: AppStore;
  readonly #profiles: ProfileStore;
  readonly #client: HelperClient;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: AppStore, profiles: ProfileStore, client: HelperClient) {
    this.#store = store;
    this.#profiles = profiles;
    this.#client = client;
  }

  /** @throws HomingError whatever prevents connecting; the prediction is reverted */
  async connect(profileId: string): Promise<void> {
    await this.#predicting('connecting', async () => {
      const { profile, privateKey } = await loadProfile(this.#profiles, profileId);
      const invite = profile.origin === 'invite' ? await inviteText(this.#profiles, profileId) : undefined;
      const { tunnel } = await this.#client.connect({ profile, privateKey }, invite);
      this.#store.update({ tunnel });
    });
  }

  async disconnect(): Promise<void> {
    await this.#predicting('disconnecting', async () => {
      const { tunnel } = await this.#client.disconnect();
      this.#store.update({ tunnel });
    });
  }

  async #predicting(
    prediction: NonNullable<AppState['prediction']>,
    work: () => Promise<void>,
  ): Promise<void> {
    clearTimeout(this.#timer);
    this.#store.update({ prediction, problem: null });
    this.#timer = setTimeout(() => this.#store.update({ prediction: null }), predictionMs);
    try {
      await work();
    } finally {
      clearTimeout(this.#timer);
      this.#store.update({ prediction: null });
    }
  }
}
