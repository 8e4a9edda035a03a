import { createSubtotalApi } from '@subtotal-connectors/subtotal-api'
import { createMockSubtotal } from '@subtotal-connectors/testing/mocks'
import { expect, onTestFinished, test } from 'vitest'
import { checkSubtotal } from './check-subtotal.ts'

async function start() {
  const subtotal = await createMockSubtotal()
  const api = createSubtotalApi({ apiKey: 'key', baseUrl: subtotal.url, retries: 0 })
  onTestFinished(async () => {
    api.close()
    await subtotal.close()
  })
  return {
    subtotal,
    check: (linkUrl?: Parameters<typeof checkSubtotal>[1]) => checkSubtotal(api, linkUrl, AbortSignal.timeout(9_000)),
  }
}

test('a key that Subtotal knows is proved, with the account’s webhooks and retailers by name', async () => {
  const { subtotal, check } = await start()
  subtotal.addWebhook({ url: 'https://a.example' })
  subtotal.addWebhook({ url: 'https://b.example', isActive: false })
  expect(await check()).toStrictEqual({
    ok: true,
    proved: [
      'Subtotal knows the API key: its account has 2 webhooks, 1 of them active.',
      'Its retailers are Walmart (walmart), Target (target), Amazon (amazon), Instacart (instacart), Sephora (sephora).',
    ],
    problems: [],
    notes: [],
  })
})

test('a key that it refuses, or that may not look, is a problem in its own words', async () => {
  const { subtotal, check } = await start()
  subtotal.setScopes([])
  expect(await check()).toMatchObject({ ok: false, problems: [expect.stringContaining('a scope is missing')] })
  subtotal.revokeKey()
  expect(await check()).toMatchObject({ ok: false, problems: [expect.stringContaining('it is wrong or revoked')] })
})

test('Link URLs are compared with those of the account', async () => {
  const { check } = await start()
  const right = 'https://link.subtotal.com/tWGE4TJM'
  const result = await check({ walmart: `${right}?utm_source=mail`, target: 'https://link.subtotal.com/other', wallmart: right })
  expect(result?.problems).toStrictEqual([
    'SUBTOTAL_LINK_URL names the retailer "wallmart", which the account does not have. It has walmart, target, amazon, instacart, sephora.',
  ])
  expect(result?.notes).toStrictEqual([
    'The Link URL of Target (target) is not the one that Subtotal names: https://link.subtotal.com/pQ7N2RKa.',
    'SUBTOTAL_LINK_URL has nothing for Amazon (amazon), Instacart (instacart), Sephora (sephora): events of these have no link_url.',
  ])
  expect((await check(right))?.notes).toStrictEqual([expect.stringContaining('one URL for all retailers')])
})

test('without a key only the host of Link URLs is looked at, and without either nothing is', async () => {
  const signal = new AbortController().signal
  expect(await checkSubtotal(undefined, undefined, signal)).toBeUndefined()
  expect(await checkSubtotal(undefined, 'https://link.subtotal.com/a', signal)).toMatchObject({ ok: true, notes: [] })
  expect(await checkSubtotal(undefined, { walmart: 'https://shop.example/link?email=robin' }, signal)).toMatchObject({
    ok: true,
    notes: ["SUBTOTAL_LINK_URL has https://shop.example/link, and Subtotal's Link URLs begin with https://link.subtotal.com/."],
  })
})
