import { describe, expect, inject, test } from 'vitest'
import { hasBrowser, openPage } from './support/open-page.ts'
import { tokens } from './support/seeded-relay.ts'
import { seriousFindings } from './support/serious-findings.ts'

describe.skipIf(!hasBrowser)('logging in', () => {
  const url = inject('relayUrls')['3'] ?? ''

  test('with the right token leads to the page that was asked for', async () => {
    const { page, complaints } = await openPage(url, '/console/destinations', { role: 'nobody' })
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Log in')
    await page.getByLabel('Token').fill(tokens.viewerToken)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Destinations' }).waitFor()
    expect(complaints).toEqual([])
  })

  test('with a wrong token is refused in a sentence', async () => {
    const { page } = await openPage(url, '/console', { role: 'nobody' })
    await page.getByLabel('Token').fill('wrong')
    await page.keyboard.press('Enter')
    expect(await page.getByRole('alert').textContent()).toContain('neither the RELAY_ADMIN_TOKEN nor the RELAY_VIEWER_TOKEN')
  })

  test('has no serious finding of axe', async () => {
    const { page } = await openPage(url, '/console/login', { role: 'nobody' })
    expect(await seriousFindings(page)).toEqual([])
  })

  test('ends with logging out', async () => {
    const { page } = await openPage(url, '/console')
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('heading', { level: 1, name: 'Log in' }).waitFor()
    await page.goto('/console')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Log in')
  })

  test('is still known when a page of another site leads here', async () => {
    const { page } = await openPage(url, '/console')
    const other = (inject('relayUrls')['0'] ?? '').replace('127.0.0.1', 'localhost')
    await page.goto(`${other}/healthz`)
    await page.evaluate(`location.href = '${url}/console/destinations'`)
    await page.getByRole('heading', { level: 1, name: 'Destinations' }).waitFor()
  })
})

describe.skipIf(!hasBrowser)('a form of another site', () => {
  test('is refused, also with a session', async () => {
    const url = inject('relayUrls')['3'] ?? ''
    const { page } = await openPage(url, '/console')
    await page.goto(`${(inject('relayUrls')['0'] ?? '').replace('127.0.0.1', 'localhost')}/healthz`)
    await page.setContent(`<form method="post" action="${url}/console/destinations/braze/pause"><button>Go</button></form>`)
    const [answer] = await Promise.all([page.waitForResponse(/pause/), page.getByRole('button').click()])
    expect(answer.status()).toBe(303)
    expect(answer.headers()['location']).toBe('/console/login')
    await page.goto(`${url}/console/destinations`)
    expect(await page.getByText('Paused').count()).toBe(0)
  })

  test('is refused when it leaves out the token of the page', async () => {
    const url = inject('relayUrls')['3'] ?? ''
    const { page } = await openPage(url, '/console/destinations')
    await page.evaluate(`document.querySelectorAll('[name=_csrf]').forEach((field) => field.remove())`)
    await page.getByRole('button', { name: 'Pause' }).first().click()
    expect(await page.getByRole('alert').textContent()).toContain('from an earlier session')
  })
})
