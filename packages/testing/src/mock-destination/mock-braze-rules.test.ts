import { describe, expect, test } from 'vitest'
import { callBraze, startBraze, valid } from './__fixtures__/braze-call.ts'
import { brazeLossCases } from './__fixtures__/braze-loss-cases.ts'
import { brazeObjectCases } from './__fixtures__/braze-object-cases.ts'
import { brazeRequestCases } from './__fixtures__/braze-request-cases.ts'
import { brazeLosses } from './mock-braze-losses.ts'
import { brazeObjectRules } from './mock-braze-objects.ts'
import { brazeRequestRules } from './mock-braze-request-rules.ts'

describe('the rules of createMockBraze', () => {
  test('each has a name of its own, a source, and a case below; at least 25 of them', () => {
    const rules = [...brazeRequestRules, ...brazeObjectRules, ...brazeLosses]
    const names = rules.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(rules.every(({ source }) => source.startsWith('https://www.braze.com/docs/'))).toBe(true)
    expect(Object.keys(brazeRequestCases)).toStrictEqual(brazeRequestRules.map(({ name }) => name))
    expect(Object.keys(brazeObjectCases)).toStrictEqual(brazeObjectRules.map(({ name }) => name))
    expect(Object.keys(brazeLossCases)).toStrictEqual(brazeLosses.map(({ name }) => name))
    expect(brazeRequestRules.length + brazeObjectRules.length).toBeGreaterThanOrEqual(25)
  })

  test.each(Object.entries(brazeRequestCases))(
    '%s, or the whole request is refused',
    async (_name, { options, status, json, ...request }) => {
      const { url, accepted } = await startBraze(options)
      const answer = await callBraze(url, request)
      expect({ status: answer.status, json: answer.json }).toStrictEqual({ status, json })
      expect(accepted).toStrictEqual([])
    },
  )

  test.each(Object.entries(brazeObjectCases))(
    '%s, or the object is refused and the others are kept',
    async (_name, { array = 'events', object, type }) => {
      const { url, accepted, lost } = await startBraze()
      const answer = await callBraze(url, { body: { [array]: [valid[array], object] } })
      expect({ status: answer.status, json: answer.json }).toStrictEqual({
        status: 201,
        json: { message: 'success', [`${array}_processed`]: 1, errors: [{ type, input_array: array, index: 1 }] },
      })
      expect(accepted).toStrictEqual([{ array, object: valid[array] }])
      expect(lost).toStrictEqual([])
    },
  )

  test.each(Object.entries(brazeLossCases))('loses silently: %s', async (name, { array, object, kept }) => {
    const { url, accepted, lost } = await startBraze()
    const answer = await callBraze(url, { body: { [array]: [object] } })
    expect({ status: answer.status, json: answer.json }).toStrictEqual({
      status: 201,
      json: { message: 'success', [`${array}_processed`]: 1 },
    })
    expect(accepted).toStrictEqual(kept === undefined ? [] : [{ array, object: kept }])
    expect(lost).toStrictEqual([{ array, object, losses: [name] }])
  })
})
