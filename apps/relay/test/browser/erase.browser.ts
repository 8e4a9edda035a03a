import { describe, expect, onTestFinished, test } from 'vitest'
import { hasBrowser, openPage } from './support/open-page.ts'
import { startSeededRelay } from './support/seeded-relay.ts'
import { seriousFindings } from './support/serious-findings.ts'

describe.skipIf(!hasBrowser)('an operator', () => {
  test('erases a person: looks what there is, types it again, and sees the proof', async () => {
    const relay = await startSeededRelay(3)
    onTestFinished(() => relay.close())
    const { page, complaints } = await openPage(relay.url, '/console/erase')
    await page.getByLabel('Find the person by').selectOption('email')
    await page.getByLabel('Value').fill('person-0@shoppers.example')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Erase: what there is' }).waitFor()
    expect(await page.locator('dl').textContent()).toMatch(/Events1/)
    expect(await seriousFindings(page)).toEqual([])
    const again = page.getByLabel('Type the email address again')
    await again.fill('person-1@shoppers.example')
    await page.getByRole('button', { name: 'Erase', exact: true }).click()
    await page.getByText('Nothing was erased.').waitFor()
    await again.fill('person-0@shoppers.example')
    await page.getByLabel('Drop later events').check()
    await page.getByRole('button', { name: 'Erase', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Erasure 1' }).waitFor()
    // The page looks for itself how far it is.
    await page.getByRole('heading', { level: 2, name: 'Proof' }).waitFor()
    expect(await page.content()).not.toContain('person-0')
    expect(page.url()).not.toContain('person-0')
    expect(await seriousFindings(page)).toEqual([])
    expect(complaints).toEqual(['Failed to load resource: the server responded with a status of 400 (Bad Request)'])
  })
})
