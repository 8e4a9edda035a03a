import { type KlaviyoBreach, toAccountAnswer, toErrorAnswer, toRateLimitAnswer } from './mock-klaviyo-answer.ts'
import type { KlaviyoBody } from './mock-klaviyo-envelope-rules.ts'
import { type AcceptedKlaviyoEvent, isPhoneNumber, type KlaviyoEntry, toKlaviyoEntries } from './mock-klaviyo-event.ts'
import { createKlaviyoMemory, type KlaviyoMemory } from './mock-klaviyo-memory.ts'
import { createKlaviyoRateLimit } from './mock-klaviyo-rate-limit.ts'
import { effectiveRevision } from './mock-klaviyo-revision.ts'
import { at, isAbsent, type KlaviyoRule } from './mock-klaviyo-rule.ts'
import { type KlaviyoRules, klaviyoRules } from './mock-klaviyo-rules.ts'
import type { KlaviyoCall, KlaviyoSettings } from './mock-klaviyo-settings.ts'
import type { Judgement, MockAnswer, MockRequest } from './mock-server.ts'

/** Judges requests as Klaviyo does, and remembers what came before. */
export interface KlaviyoJudge {
  judge(request: MockRequest, isRefused?: (item: unknown) => boolean): Judgement<AcceptedKlaviyoEvent>
  readonly memory: KlaviyoMemory
  clear(): void
}

/** A judge without a server. `rules` may be fewer, to see what a rule is for. */
export function createKlaviyoJudge(settings: KlaviyoSettings, rules: KlaviyoRules = klaviyoRules): KlaviyoJudge {
  const memory = createKlaviyoMemory()
  const rateLimit = createKlaviyoRateLimit()

  return {
    memory,
    judge(request, isRefused = () => false) {
      const call: KlaviyoCall = { request, path: request.path.split('?')[0] ?? '', settings, nowMs: settings.now() }
      const { headers, retryAfterSeconds } = rateLimit.count(call.path, call.nowMs)
      if (settings.rateLimits && retryAfterSeconds !== undefined) {
        return { answer: toRateLimitAnswer(retryAfterSeconds), accepted: [] }
      }
      const { answer, accepted } = judgeCall(call, rules, memory, isRefused)
      return { answer: { ...answer, headers: { ...answer.headers, ...headers } }, accepted }
    },
    clear() {
      memory.clear()
      rateLimit.clear()
    },
  }
}

function judgeCall(
  call: KlaviyoCall,
  rules: KlaviyoRules,
  memory: KlaviyoMemory,
  isRefused: (item: unknown) => boolean,
): Judgement<AcceptedKlaviyoEvent> {
  const { request, settings, nowMs } = call
  const refusal = refuseFirst(rules.request, call)
  if (refusal !== undefined) return refused(refusal, settings)
  if (call.path === '/api/accounts') return { answer: toAccountAnswer(), accepted: [] }

  const body: KlaviyoBody = { json: request.json, isJob: call.path === '/api/event-bulk-create-jobs' }
  const envelopeRefusal = refuseFirst(rules.envelope, body)
  if (envelopeRefusal !== undefined) return refused(envelopeRefusal, settings)

  const { revision = '' } = request.headers
  const entries = toKlaviyoEntries(body, { revision: effectiveRevision(revision, nowMs), settings, nowMs })
  const eventRules = settings.dataLimits === 'refuse' ? [...rules.event, ...rules.limit] : rules.event
  const found = entries.flatMap((entry) => [...breachesOf(eventRules, entry), ...refusalOf(entry, isRefused)])
  const breaches = withoutRepeats(found)
  if (breaches.length > 0) return refused(breaches, settings)
  const jobRefusal = refuseFirst(rules.job, entries)
  if (jobRefusal !== undefined) return refused(jobRefusal, settings)

  return { answer: acceptedAnswer(entries), accepted: entries.flatMap((entry) => memory.take(entry) ?? []) }
}

function acceptedAnswer(entries: readonly KlaviyoEntry[]): MockAnswer {
  const phoneNumbers = entries.map((entry) => at(entry.profile, 'attributes', 'phone_number'))
  const isPartial = phoneNumbers.some((phoneNumber) => !isAbsent(phoneNumber) && !isPhoneNumber(phoneNumber))
  return isPartial ? { status: 202, headers: { 'x-klaviyo-partial-failure': 'phone_number' } } : { status: 202 }
}

function refused(breaches: readonly KlaviyoBreach[], settings: KlaviyoSettings): Judgement<AcceptedKlaviyoEvent> {
  const status = breaches[0]?.rule.status ?? 400
  return { answer: toErrorAnswer(status === 401 ? settings.authenticationStatus : status, breaches), accepted: [] }
}

function refuseFirst<Subject>(rules: readonly KlaviyoRule<Subject>[], subject: Subject): readonly KlaviyoBreach[] | undefined {
  for (const rule of rules) {
    const faults = rule.find(subject)
    if (faults.length > 0) return faults.map((fault) => ({ rule, fault }))
  }
  return undefined
}

function breachesOf(rules: readonly KlaviyoRule<KlaviyoEntry>[], entry: KlaviyoEntry): readonly KlaviyoBreach[] {
  return rules.flatMap((rule) => rule.find(entry).map((fault) => ({ rule, fault })))
}

function refusalOf(entry: KlaviyoEntry, isRefused: (item: unknown) => boolean): readonly KlaviyoBreach[] {
  if (!isRefused([entry.resource, entry.profile])) return []
  const rule = { status: 400, code: 'invalid', title: 'Invalid input.' }
  return [{ rule, fault: { detail: 'The event is refused.', pointer: `${entry.pointer}/attributes` } }]
}

/** The profile of a group is looked at once an event. */
function withoutRepeats(breaches: readonly KlaviyoBreach[]): readonly KlaviyoBreach[] {
  const byPlace = new Map(breaches.map((breach) => [JSON.stringify(breach.fault), breach]))
  return [...byPlace.values()]
}
