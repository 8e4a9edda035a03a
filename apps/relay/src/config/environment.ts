/** One environment variable that the relay reads. */
export interface EnvironmentVariable {
  readonly name: string
  readonly description: string
  /** As it would be written; absent when there is none. */
  readonly default?: string
  /** Whether it holds a secret; then `<name>_FILE` names a file to read it from. */
  readonly secret?: true
}

const table = [
  { name: 'HOST', description: 'Address to listen on.', default: '127.0.0.1' },
  { name: 'PORT', description: 'Port to listen on; 0 takes a free one.', default: '8080' },
  { name: 'LOG_LEVEL', description: 'trace, debug, info, warn, error, fatal or silent.', default: 'info' },
  {
    name: 'RELAY_STORE',
    description:
      'Where events are kept: sqlite:<path>, relative to the working folder, or postgres://user:password@host/database.',
    default: 'sqlite:./data/relay.db',
    secret: true,
  },
  { name: 'RELAY_STORE_CONNECTIONS', description: 'The most connections to PostgreSQL at once.', default: '10' },
  {
    name: 'RELAY_STORE_LISTEN',
    description: 'Where relays hear of each other when RELAY_STORE is a pooler of transactions: the server itself, or off.',
    secret: true,
  },
  { name: 'RELAY_ADMIN_TOKEN', description: 'Opens the admin API to operators.', secret: true },
  { name: 'RELAY_VIEWER_TOKEN', description: "Opens the admin API for reading, with people's data masked.", secret: true },
  {
    name: 'RELAY_ENCRYPTION_KEY',
    description: "Seals people's data in the store: 32 bytes in base64 or hex. The first of several seals, all of them open.",
    secret: true,
  },
  { name: 'RELAY_BODY_LIMIT', description: 'Largest webhook body in bytes.', default: '1048576' },
  {
    name: 'RELAY_MIN_FREE_BYTES',
    description: 'With less room on the disk, webhooks are answered 503. Default: 512 MiB, or 5 % of a smaller disk.',
  },
  {
    name: 'RELAY_ALERT_URL',
    description: 'Gets a POST when something needs a person: https, or http on this machine.',
    secret: true,
  },
  { name: 'RELAY_ALERT_AGE', description: 'Seconds a delivery may be due before that is an alert.', default: '900' },
  { name: 'RELAY_RETENTION_PAYLOAD_DAYS', description: 'How many days what an event says is kept.', default: '30' },
  { name: 'RELAY_RETENTION_LEDGER_DAYS', description: 'How many days it is known that an event came.', default: '400' },
  {
    name: 'RELAY_RETENTION_DEAD_LETTER_DAYS',
    description: "How many days after its death a dead letter's event is kept, if that is longer.",
    default: '30',
  },
  {
    name: 'RELAY_RETENTION_QUARANTINE_DAYS',
    description: 'How many days a webhook that was not understood is kept.',
    default: '30',
  },
  { name: 'RELAY_CURRENCY', description: 'Currency of purchases, an ISO 4217 code, for destinations that take one.' },
  {
    name: 'SUBTOTAL_SIGNING_SECRET',
    description: "The webhook destination's signing secret; several are separated by commas.",
    secret: true,
  },
  { name: 'SUBTOTAL_SIGNATURE_TOLERANCE', description: "How many seconds a webhook's timestamp may be off.", default: '86400' },
  { name: 'SUBTOTAL_LINK_URL', description: 'Where customers link an account: one URL, or walmart=https://…,target=https://…' },
  {
    name: 'SUBTOTAL_API_KEY',
    description: "Opens Subtotal's own API: backfill and what else is read from Subtotal.",
    secret: true,
  },
  { name: 'SUBTOTAL_BASE_URL', description: "An origin to use instead of Subtotal's." },
  {
    name: 'RELAY_ENRICH',
    description: 'What events lack and is fetched with SUBTOTAL_API_KEY: purchases, contacts, both, or off.',
    default: 'purchases,contacts',
  },
  { name: 'BRAZE_API_KEY', description: 'Switches Braze on. Needs the permission users.track.', secret: true },
  { name: 'BRAZE_INSTANCE', description: 'Braze instance, such as US-01 or EU-02.' },
  { name: 'BRAZE_IDENTIFY_BY', description: 'email, customerId or mobile; several are tried in order.', default: 'email' },
  { name: 'BRAZE_BASE_URL', description: "An origin to use instead of the instance's." },
  {
    name: 'KLAVIYO_API_KEY',
    description: 'Switches Klaviyo on. A private key with the scopes events:write and profiles:write.',
    secret: true,
  },
  { name: 'KLAVIYO_IDENTIFY_BY', description: 'email, customerId or mobile; several are tried in order.', default: 'email' },
  { name: 'KLAVIYO_BASE_URL', description: "An origin to use instead of Klaviyo's." },
  { name: 'CUSTOMERIO_API_KEY', description: 'Switches Customer.io on. The write key of a Pipelines source.', secret: true },
  { name: 'CUSTOMERIO_REGION', description: 'us or eu.', default: 'us' },
  { name: 'CUSTOMERIO_IDENTIFY_BY', description: 'email or customerId; several are tried in order.', default: 'email' },
  { name: 'CUSTOMERIO_BASE_URL', description: "An origin to use instead of the region's." },
] as const

/** The name of one of {@link environmentVariables}. */
export type EnvironmentName = (typeof table)[number]['name']

/** Every environment variable of the relay, in the order of the documentation. Empty counts as not set. */
export const environmentVariables: readonly EnvironmentVariable[] = table
