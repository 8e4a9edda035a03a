import type { Mapped, MappingContext, ProfileEvent, ProfileMode, SubtotalEvent } from '@subtotal-connectors/core'
import type { BrazeAttributes, BrazeEvent, BrazeObject } from './braze-objects.ts'
import { fitBytes } from './fit-bytes.ts'
import { fitValues } from './fit-values.ts'
import { toBrazeAttributes } from './to-braze-attributes.ts'
import { toBrazePerson } from './to-braze-person.ts'
import { toBrazeProperties } from './to-braze-properties.ts'

/** The options that decide what an event becomes. */
export interface BrazeMapping {
  readonly profiles: ProfileMode
  readonly writeContact: boolean
  readonly updateExistingOnly: boolean
}

/** Names that Braze gives a meaning of its own. Source: https://www.braze.com/docs/api/objects_filters/event_object. */
const reservedNames = ['time', 'event_name'] as const

/**
 * An event as Braze's objects: a custom event; for a profile, by the option `profiles`, an attributes object instead of it or
 * before it, since Braze works through attributes first.
 */
export function toBrazeMessages(event: SubtotalEvent, context: MappingContext, mapping: BrazeMapping): Mapped<BrazeObject> {
  if (event.type !== 'profile.created' && event.type !== 'profile.updated') return toEvent(event, context, mapping)
  switch (mapping.profiles) {
    case 'event':
      return toEvent(event, context, mapping)
    case 'attributes':
      return toAttributes(event, context, mapping)
    case 'both': {
      const parts = [toAttributes(event, context, mapping), toEvent(event, context, mapping)]
      return { messages: parts.flatMap((part) => part.messages), warnings: parts.flatMap((part) => part.warnings ?? []) }
    }
    case 'off':
      return { messages: [] }
  }
}

function toEvent(event: SubtotalEvent, context: MappingContext, mapping: BrazeMapping): Mapped<BrazeObject> {
  const values = fitValues(context.properties(toBrazeProperties(event, context.linkUrl)), reservedNames)
  const { properties, warnings } = fitBytes(values.properties)
  const message: BrazeEvent = {
    ...toBrazePerson(context.identifier),
    name: context.eventName,
    time: event.occurredAt,
    properties,
    ...updateOnly(mapping),
  }
  return { messages: [message], warnings: [...values.warnings, ...warnings] }
}

function toAttributes(event: ProfileEvent, { identifier }: MappingContext, mapping: BrazeMapping): Mapped<BrazeObject> {
  const { properties, warnings } = fitValues(toBrazeAttributes(event, identifier, mapping.writeContact))
  const message: BrazeAttributes = { ...toBrazePerson(identifier), ...properties, ...updateOnly(mapping) }
  return { messages: [message], warnings }
}

function updateOnly({ updateExistingOnly }: BrazeMapping): { readonly _update_existing_only?: true } {
  return updateExistingOnly ? { _update_existing_only: true } : {}
}
