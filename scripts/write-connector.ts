import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const templates = join(import.meta.dirname, 'connector-template')
const suffix = '.template'

/** What a new connector is called. */
export interface ConnectorNames {
  /** The kind of destination, and the folder: lower-case letters, digits and hyphens. */
  readonly name: string
  /** For sentences. Default: the name with capitals. */
  readonly title?: string
}

/**
 * Writes a connector package from `connector-template` to `packages/<name>` under the root, and returns that folder. It is green
 * once it is formatted and its dependencies are linked. Throws, and writes nothing, when the name cannot be used or is taken.
 */
export function writeConnector(root: string, { name, title }: ConnectorNames): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(`"${name}" is no name: use lower-case letters, digits and hyphens, such as my-vendor.`)
  }
  if (title !== undefined && !/^[\w .&-]+$/.test(title)) {
    throw new Error(`"${title}" is no title: use letters, digits, spaces, dots, & and hyphens.`)
  }
  const folder = join(root, 'packages', name)
  if (existsSync(folder)) throw new Error(`packages/${name} exists already.`)
  const render = rendererFor(name, title)
  for (const entry of readdirSync(templates, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const source = join(entry.parentPath, entry.name)
    const target = join(folder, render(source.slice(templates.length, -suffix.length)))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, render(readFileSync(source, 'utf8')))
  }
  copyFileSync(join(templates, '../../LICENSE'), join(folder, 'LICENSE'))
  return folder
}

function rendererFor(name: string, title: string | undefined): (text: string) => string {
  const words = name.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  const pascal = words.join('')
  const values: Readonly<Record<string, string>> = {
    kebab: name,
    Pascal: pascal,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    CONSTANT: name.replaceAll('-', '_').toUpperCase(),
    title: title ?? words.join(' '),
  }
  return (text) => text.replaceAll(/\{\{(\w+)\}\}/g, (placeholder, key: string) => values[key] ?? placeholder)
}
