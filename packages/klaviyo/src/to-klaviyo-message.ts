import { createHash } from 'node:crypto'
import type { Mapped, MappingContext, SubtotalEvent } from '@subtotal-connectors/core'
import { toMoneyNumber } from '@subtotal-connectors/core'
import { fitProperties } from './fit-properties.ts'
import type { KlaviyoConnectorOptions } from './klaviyo-connector-options.ts'
import { maxUniqueIdLength } from './klaviyo-limits.ts'
import type { KlaviyoEventAttributes, KlaviyoMessage } from './klaviyo-message.ts'
import { refusedAddressWarning } from './refused-address.ts'
import { toEventProperties } from './to-event-properties.ts'
import { toProfileAttributes } from './to-profile-attributes.ts'

/** The event as Klaviyo takes it, always with a `unique_id`. Throws a `ConnectorError` for what Klaviyo would drop. */
export function toKlaviyoMessage(
  event: SubtotalEvent,
  context: MappingContext,
  options: KlaviyoConnectorOptions,
): Mapped<KlaviyoMessage> {
  const defaults = toEventProperties(event, context.linkUrl)
  const fitted = fitProperties(context.properties(defaults.properties))
  const profile = toProfileAttributes(event, context.identifier, options)
  const refusedAddress = refusedAddressWarning(context.identifier)
  const attributes: KlaviyoEventAttributes = {
    metric: { data: { type: 'metric', attributes: { name: context.eventName } } },
    properties: fitted.properties,
    time: event.occurredAt,
    ...toValue(event, options),
    unique_id: toUniqueId(event.idempotencyKey),
    ...(event.isHistorical && options.backfill !== false ? { backfill: true } : {}),
  }
  const message: KlaviyoMessage = {
    type: 'event-bulk-create',
    attributes: {
      profile: { data: { type: 'profile', attributes: profile.attributes } },
      events: { data: [{ type: 'event', attributes }] },
    },
  }
  const warnings = [...defaults.warnings, ...fitted.warnings, ...profile.warnings]
  if (refusedAddress !== undefined) warnings.push(refusedAddress)
  return warnings.length === 0 ? { messages: [message] } : { messages: [message], warnings }
}

function toValue(
  event: SubtotalEvent,
  options: KlaviyoConnectorOptions,
): Pick<KlaviyoEventAttributes, 'value' | 'value_currency'> {
  if (options.value === undefined || event.type !== 'purchase.created') return {}
  const amount = event.purchase[options.value]
  if (amount === null) return {}
  const value = toMoneyNumber(amount)
  return options.currency === undefined ? { value } : { value, value_currency: options.currency }
}

function toUniqueId(idempotencyKey: string): string {
  if (idempotencyKey.length <= maxUniqueIdLength) return idempotencyKey
  return `sha256:${createHash('sha256').update(idempotencyKey).digest('hex')}`
}
