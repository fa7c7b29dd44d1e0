import { expect, test } from 'vitest';
import { liveStory } from './simulated.ts';
import { stories } from './stories.ts';

/** The same stories run in the lab: test/mesh/stories.test.ts. */

test.each(stories)('$name', (story) => {
  expect(liveStory(story)).toEqual(story.decisions);
});
