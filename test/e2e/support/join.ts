import type { Page } from '@playwright/test';

/** Pastes an invite on its screen, which opens the review. */
export async function lookAt(page: Page, invite: string): Promise<void> {
  await page.getByRole('textbox', { name: 'The invite as text' }).fill(invite);
  await page.getByRole('button', { name: 'Look at it' }).click();
}

/** Joins a network as a user does; ends on the join card. @returns the card as text */
export async function join(page: Page, invite: string): Promise<string> {
  await lookAt(page, invite);
  await page.getByRole('button', { name: /^Join / }).click();
  await page.getByRole('img', { name: /QR code/ }).waitFor({ timeout: 20_000 });
  return await page.getByRole('textbox', { name: 'The join card as text' }).inputValue();
}
