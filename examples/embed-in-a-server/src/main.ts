import { createKlaviyoConnector } from '@subtotal-connectors/klaviyo'
import { createServer } from './create-server.ts'

const { KLAVIYO_API_KEY = '', SUBTOTAL_SIGNING_SECRET = '', PORT = '3000' } = process.env

createServer({
  connector: createKlaviyoConnector({ apiKey: KLAVIYO_API_KEY }),
  signingSecret: SUBTOTAL_SIGNING_SECRET,
  log: console.log,
}).listen(Number(PORT), '127.0.0.1', () => console.log(`Waiting for Subtotal's webhooks on http://127.0.0.1:${PORT}`))
