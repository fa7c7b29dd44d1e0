import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from 'vitest';

const pictures = fileURLToPath(new URL('../../../artefacts/screens/', import.meta.url));

/**
 * Checks the current screen in both themes: takes a picture, requires no findings of axe, and that Tab reaches all of
 * it.
 * @param name of the pictures
 */
export async function lookAtScreen(page: Page, name: string): Promise<void> {
  await mkdir(pictures, { recursive: true });
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.waitForTimeout(60);
    await page.screenshot({ path: `${pictures}${name}-${theme}.png` });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
    expect(found, `axe on ${name}, ${theme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await reachedByKeyboard(page);
}

/**
 * Waits until the page has not changed for a while: a control that is replaced meanwhile would count as not reached.
 */
async function untilStill(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve, reject) => {
    const overdue = setTimeout(() => reject(new Error('the page does not come to rest')), 10_000);
    let quiet;
    const restart = () => {
      clearTimeout(quiet);
      quiet = setTimeout(() => { observer.disconnect(); clearTimeout(overdue); resolve(); }, 150);
    };
    const observer = new MutationObserver(restart);
    observer.observe(document, { attributes: true, childList: true, subtree: true });
    restart();
  })`);
}

/**
 * Whether the Tab key reaches all buttons and fields; a dialog excludes the others. Two turns: Tab starts after the last
 * click, and also stops at the end of the document and at regions that scroll.
 */
async function reachedByKeyboard(page: Page): Promise<void> {
  await untilStill(page);
  const pressable = 'button, input, textarea, select, a[href], [tabindex="0"]:not([role="radiogroup"])';
  const list = `[...(document.querySelector('dialog[open]') ?? document).querySelectorAll('${pressable}')]
    .filter((one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility())`;
  const count = await page.evaluate(`{ document.activeElement?.blur(); ${list}.length }`);
  for (let i = 0; i < 2 * Number(count) + 2; i += 1) {
    await page.keyboard.press('Tab');
    await page.evaluate(`document.activeElement.dataset.reached = ''`);
  }
  const missed = await page.evaluate(
    `${list}.filter((one) => !('reached' in one.dataset)).map((one) => one.outerHTML)`,
  );
  await page.evaluate(
    `{
      for (const one of document.querySelectorAll('[data-reached]')) delete one.dataset.reached;
      document.activeElement?.blur();
    }`,
  );
  expect(missed, 'not reached by Tab').toEqual([]);
}
