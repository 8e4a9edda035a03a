import { brazeAttributeRules } from './mock-braze-attribute-rules.ts'
import { brazeEventRules } from './mock-braze-event-rules.ts'
import type { BrazeWorld } from './mock-braze-losses.ts'
import { brazeLosses } from './mock-braze-losses.ts'
import { brazePersonRules } from './mock-braze-person-rules.ts'
import { brazePropertyRules } from './mock-braze-property-rules.ts'
import { brazePurchaseRules } from './mock-braze-purchase-rules.ts'
import type { BrazeArray, BrazeObjectRule } from './mock-braze-rule.ts'
import type { JsonObject } from './mock-braze-values.ts'
import { isObject } from './mock-braze-values.ts'

/** An entry of `errors` in Braze's answer. An object that has one is not accepted. */
export interface BrazeError {
  /** Free text. */
  readonly type: string
  readonly input_array: BrazeArray
  /** Position in the array that was sent. */
  readonly index: number
}

/** What Braze has queued and will process. */
export interface AcceptedBrazeObject {
  readonly array: BrazeArray
  /** As Braze keeps it. */
  readonly object: JsonObject
}

/** What Braze has answered with a success and not kept as it was sent. */
export interface LostBrazeObject {
  readonly array: BrazeArray
  /** As it was sent. */
  readonly object: JsonObject
  /** Names of `brazeLosses`. */
  readonly losses: readonly string[]
}

/** All rules about single objects. */
export const brazeObjectRules: readonly BrazeObjectRule[] = [
  ...brazePersonRules,
  ...brazeEventRules,
  ...brazePurchaseRules,
  ...brazePropertyRules,
  ...brazeAttributeRules,
]

/** Every rule that an item of an array breaks, one error each. */
export function judgeBrazeObject(item: unknown, array: BrazeArray, index: number): readonly BrazeError[] {
  if (!isObject(item)) return [{ type: `'${array}' must be an array of objects`, input_array: array, index }]
  return brazeObjectRules
    .filter((rule) => rule.arrays.includes(array))
    .map((rule) => rule.problem(item))
    .filter((type) => type !== undefined)
    .map((type) => ({ type, input_array: array, index }))
}

/** What becomes of a valid object. */
export function keepBrazeObject(
  object: JsonObject,
  array: BrazeArray,
  world: BrazeWorld,
): { readonly kept: JsonObject | undefined; readonly losses: readonly string[] } {
  const losses: string[] = []
  let kept: JsonObject | undefined = object
  for (const loss of brazeLosses.filter(({ arrays }) => arrays.includes(array))) {
    const before: JsonObject = kept
    kept = loss.keep(before, world)
    if (kept !== before) losses.push(loss.name)
    if (kept === undefined) break
  }
  return { kept, losses }
}
