import type { CheckRequest, DestinationResponse } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import { describe, expect, it } from 'vitest'
import { checkCustomerio } from './check-customerio.ts'

const asked: CheckRequest[] = []
const answering =
  (status: number) =>
  (request: CheckRequest): Promise<DestinationResponse> => {
    asked.push(request)
    return Promise.resolve({ status, headers: {}, text: '', json: undefined })
  }

describe('checkCustomerio', () => {
  it('asks with an empty batch, which creates nothing', async () => {
    await checkCustomerio(answering(200), {})
    expect(asked).toStrictEqual([{ method: 'POST', path: '/v1/batch', body: { batch: [] } }])
  })

  it('says what a success proves, and that it does not prove the region', async () => {
    const result = await checkCustomerio(answering(200), { region: 'eu', linkUrl: 'https://link.example', currency: 'USD' })
    expect(result).toMatchObject({ ok: true, problems: [] })
    expect(result.proved).toStrictEqual(['Customer.io (region eu) took an empty batch with this key in strict mode.'])
    expect(result.notes).toStrictEqual([expect.stringContaining('the region is not proved')])
  })

  it('takes a success that is not Customer.io’s for a problem', async () => {
    const webPage = () => Promise.resolve({ status: 200, headers: {}, text: '<html></html>', json: undefined })
    const { ok, proved, problems } = await checkCustomerio(webPage, { baseUrl: 'http://127.0.0.1:1' })
    expect({ ok, proved }).toStrictEqual({ ok: false, proved: [] })
    expect(problems).toStrictEqual([expect.stringContaining("was not Customer.io's")])
  })

  it('says that a 400 proves no key', async () => {
    const result = await checkCustomerio(answering(400), {})
    expect(result).toMatchObject({ ok: true, problems: [], proved: ['Customer.io (region us) answers.'] })
    expect(result.notes[0]).toContain('the key is not proved')
  })

  it.each([401, 403])('names the options of a key that is refused with %i', async (status) => {
    const { ok, problems } = await checkCustomerio(answering(status), {})
    expect(ok).toBe(false)
    expect(problems.join()).toMatch(/apiKey, CUSTOMERIO_API_KEY.*region, CUSTOMERIO_REGION/)
  })

  it.each([302, 404, 429, 500])('takes %i for a problem', async (status) => {
    const result = await checkCustomerio(answering(status), { baseUrl: 'http://127.0.0.1:1' })
    expect(result).toMatchObject({
      ok: false,
      proved: [],
      problems: [expect.stringContaining(`the base URL) answered HTTP ${status}`)],
    })
  })

  it('leaves it to the runtime when there is no answer', async () => {
    const request = () => Promise.reject(new ConnectorError('ERR_NETWORK', 'no answer'))
    await expect(checkCustomerio(request, {})).rejects.toThrow('no answer')
  })

  it('says what options leave out or put at risk', async () => {
    const { notes } = await checkCustomerio(answering(200), { identifyBy: ['customerId', 'email'] })
    expect(notes.slice(1)).toStrictEqual([
      expect.stringContaining('linkUrl'),
      expect.stringContaining('currency'),
      expect.stringContaining('identifyBy'),
    ])
  })
})
