import { type CustomerioMemory, createCustomerioMemory } from './mock-customerio-memory.ts'
import { type CustomerioItem, customerioMessageRules } from './mock-customerio-message-rules.ts'
import {
  type CustomerioCall,
  type CustomerioRequestRule,
  customerioEndpoints,
  customerioRequestRules,
} from './mock-customerio-request-rules.ts'
import { customerioReservedRules } from './mock-customerio-reserved-rules.ts'
import { at, type CustomerioObject, type CustomerioRule, isObject } from './mock-customerio-rule.ts'
import type { CustomerioSettings } from './mock-customerio-settings.ts'
import type { Judgement, MockAnswer, MockRequest } from './mock-server.ts'

/** All that the mock refuses in strict mode, by what a rule looks at. */
export interface CustomerioRules {
  readonly request: readonly CustomerioRequestRule[]
  readonly message: readonly CustomerioRule<CustomerioItem>[]
}

/** The rules of `createMockCustomerio`, each with the page it comes from. */
export const customerioRules: CustomerioRules = {
  request: customerioRequestRules,
  message: [...customerioMessageRules, ...customerioReservedRules],
}

/** Judges requests as Customer.io does, and remembers what came before. */
export interface CustomerioJudge {
  judge(request: MockRequest, isRefused?: (item: unknown) => boolean): Judgement<CustomerioObject>
  readonly memory: CustomerioMemory
}

interface BadItem {
  readonly index: number
  readonly rule: Pick<CustomerioRule<CustomerioItem>, 'name' | 'error'>
}

const refusedOnRequest: BadItem['rule'] = { name: 'refused by the test', error: 'properties are invalid.' }

const success: MockAnswer = { status: 200, body: {} }

/** A judge without a server. `rules` may be fewer, to see what a rule is for. */
export function createCustomerioJudge(settings: CustomerioSettings, rules: CustomerioRules = customerioRules): CustomerioJudge {
  const memory = createCustomerioMemory()

  function judge(request: MockRequest, isRefused: (item: unknown) => boolean = () => false): Judgement<CustomerioObject> {
    const call: CustomerioCall = { request, path: request.path.split('?')[0] ?? '', settings }
    const isStrict = request.headers['x-strict-mode'] === '1'
    const items = toItems(call)
    const refusal = rules.request.find((rule) => rule.isBroken(call))
    if (refusal !== undefined) return refuse(refusal, isStrict, items)

    const bad = items.flatMap((item, index) => {
      const rule = rules.message.find((candidate) => candidate.isBroken(item)) ?? (isRefused(item) ? refusedOnRequest : undefined)
      return rule === undefined ? [] : [{ index, rule }]
    })
    const isWhole = settings.partial === 'reject_batch' || customerioEndpoints[call.path] !== 'batch'
    const goodItems = items.filter((_, index) => !bad.some((one) => one.index === index))
    if (!isStrict) loseQuietly(bad, items, isWhole)
    const isWholeRefused = bad.length > 0 && isWhole
    if (isWholeRefused) return { answer: isStrict ? toRefusal(400, errorsOf(bad)) : success, accepted: [] }
    const accepted = keep(goodItems)
    return { answer: isStrict && bad.length > 0 ? toMultiStatus(bad) : success, accepted }
  }

  function keep(items: readonly CustomerioItem[]): readonly CustomerioObject[] {
    const accepted: CustomerioObject[] = []
    for (const { message } of items) {
      const kept = isObject(message) ? memory.take(message) : undefined
      if (kept !== undefined) accepted.push(kept)
    }
    return accepted
  }

  function refuse(rule: CustomerioRequestRule, isStrict: boolean, items: readonly CustomerioItem[]): Judgement<CustomerioObject> {
    const isAnswered = isStrict || rule.isAlwaysAnswered === true
    if (!isAnswered) for (const { message } of items) memory.lose(rule.name, message)
    return { answer: isAnswered ? toRefusal(rule.status, [rule.error]) : success, accepted: [] }
  }

  function loseQuietly(bad: readonly BadItem[], items: readonly CustomerioItem[], isWhole: boolean): void {
    const [first] = bad
    if (first === undefined) return
    items.forEach(({ message }, index) => {
      const own = bad.find((one) => one.index === index)
      if (own !== undefined || isWhole) memory.lose((own ?? first).rule.name, message)
    })
  }

  return { judge, memory }
}

function toItems({ request, path }: CustomerioCall): readonly CustomerioItem[] {
  const endpoint = customerioEndpoints[path] ?? 'batch'
  const batch = at(request.json, 'batch')
  const messages = endpoint === 'batch' ? (Array.isArray(batch) ? batch : []) : [request.json]
  return messages.map((message: unknown) => ({ message, endpoint }))
}

function errorsOf(bad: readonly BadItem[]): readonly string[] {
  return bad.map(({ rule }) => rule.error)
}

/** Errors carry no index, and 401 has no documented body. */
function toRefusal(status: number, errors: readonly string[]): MockAnswer {
  return status === 401 ? { status } : { status, body: { meta: { errors } } }
}

/**
 * The shape of the Track API's answer to a batch that is bad in part; Pipelines documents none.
 *
 * @see https://docs.customer.io/files/journeys-track.json
 */
function toMultiStatus(bad: readonly BadItem[]): MockAnswer {
  const errors = bad.map(({ index, rule }) => ({
    batch_index: index,
    reason: 'invalid',
    field: rule.error.split(' ')[0],
    message: rule.error,
  }))
  return { status: 207, body: { errors } }
}
