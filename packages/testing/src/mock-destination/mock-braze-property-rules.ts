import type { BrazeArray, BrazeObjectRule } from './mock-braze-rule.ts'
import { brazePages } from './mock-braze-rule.ts'
import type { JsonObject } from './mock-braze-values.ts'
import { characters, isObject, jsonBytes, timeOf, valuesWithin } from './mock-braze-values.ts'

const maxNameCharacters = 255
const maxStringCharacters = 255
const maxEventPropertyBytes = 102_400
/** Braze documents 50 KB; the mock takes the smaller meaning of KB. */
const maxPurchasePropertyBytes = 50_000
const eventReservedNames = ['time', 'event_name']
const purchaseReservedNames = ['time', 'product_id', 'quantity', 'event_name', 'price', 'currency']
const both: readonly BrazeArray[] = ['events', 'purchases']

/** Rules about `properties` of events and purchases. */
export const brazePropertyRules: readonly BrazeObjectRule[] = [
  {
    name: 'properties are an object',
    source: brazePages.eventObject,
    arrays: both,
    problem: ({ properties }) => (properties === undefined || isObject(properties) ? undefined : invalidProperties),
  },
  {
    name: 'a property name is not empty',
    source: brazePages.eventObject,
    arrays: both,
    problem: (object) => (names(object).some((name) => name.trim() === '') ? 'property names must not be empty' : undefined),
  },
  {
    name: 'a property name has at most 255 characters',
    source: brazePages.eventObject,
    arrays: both,
    problem: (object) =>
      names(object).some((name) => characters(name) > maxNameCharacters)
        ? 'property names must be at most 255 characters'
        : undefined,
  },
  {
    name: 'a property name does not start with a dollar sign',
    source: brazePages.eventObject,
    arrays: both,
    problem: (object) =>
      names(object).some((name) => name.startsWith('$')) ? "property names must not start with '$'" : undefined,
  },
  {
    name: 'an event property is not named time or event_name',
    source: brazePages.eventObject,
    arrays: ['events'],
    problem: (object) => (names(object).some((name) => eventReservedNames.includes(name)) ? invalidProperties : undefined),
  },
  {
    name: 'a purchase property has no reserved name',
    source: brazePages.purchaseObject,
    arrays: ['purchases'],
    problem: (object) => (names(object).some((name) => purchaseReservedNames.includes(name)) ? invalidProperties : undefined),
  },
  {
    name: 'a property string has at most 255 characters',
    source: brazePages.eventObject,
    doubt: 'whether a longer string is cut or refused is not stated',
    arrays: both,
    problem: ({ properties }) =>
      isObject(properties) && within(properties, (value) => typeof value === 'string' && characters(value) > maxStringCharacters)
        ? 'property strings must be at most 255 characters'
        : undefined,
  },
  {
    name: 'a property value is a number, boolean, string, array or object',
    source: brazePages.eventObject,
    doubt: 'null is in no list of types, and its refusal is not stated',
    arrays: both,
    problem: ({ properties }) =>
      isObject(properties) && within(properties, (value) => value === null) ? 'property values must not be null' : undefined,
  },
  {
    name: 'a property array holds no times',
    source: brazePages.eventObject,
    doubt: 'the answer is not stated',
    arrays: both,
    problem: ({ properties }) =>
      isObject(properties) &&
      within(properties, (value) => Array.isArray(value) && value.some((item) => timeOf(item) !== undefined))
        ? 'property arrays must not hold datetimes'
        : undefined,
  },
  {
    name: 'the properties of an event have at most 102,400 bytes',
    source: brazePages.track,
    arrays: ['events'],
    problem: ({ properties }) => (jsonBytes(properties) > maxEventPropertyBytes ? "'properties' is too large" : undefined),
  },
  {
    name: 'the properties of a purchase have at most 50 KB',
    source: brazePages.track,
    arrays: ['purchases'],
    problem: ({ properties }) => (jsonBytes(properties) > maxPurchasePropertyBytes ? "'properties' is too large" : undefined),
  },
]

const invalidProperties = "Invalid 'properties' field"

function names({ properties }: JsonObject): readonly string[] {
  return isObject(properties) ? Object.keys(properties) : []
}

function within(properties: JsonObject, isWrong: (value: unknown) => boolean): boolean {
  for (const value of valuesWithin(properties)) if (isWrong(value)) return true
  return false
}
