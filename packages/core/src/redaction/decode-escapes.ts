const namedCharacters: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  commat: '@',
  plus: '+',
  period: '.',
  lowbar: '_',
  nbsp: ' ',
}

/**
 * The text as a person would read it, composed (NFC): percent-encoding (also doubled), escapes of JSON and entities of HTML are
 * replaced by what they stand for. A letter with an accent by its name becomes the letter: `Zo&euml;` → `Zoe`.
 */
export function decodeEscapes(text: string): string {
  return decodeEntities(decodeJson(decodePercent(decodePercent(text)))).normalize('NFC')
}

function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

function decodeJson(text: string): string {
  return text.replace(/\\(?:u([0-9a-f]{4})|(["\\/]))/gi, (_, hex: string | undefined, character: string | undefined) =>
    hex === undefined ? (character ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

function decodeEntities(text: string): string {
  return text
    .replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));?/gi, (entity, hex: string | undefined, decimal: string | undefined) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : entity
    })
    .replace(/&([a-z])(?:uml|acute|grave|circ|tilde|cedil|ring|caron|slash);/gi, '$1')
    .replace(/&([a-z]+);/g, (entity, name: string) =>
      Object.hasOwn(namedCharacters, name) ? (namedCharacters[name] ?? '') : entity,
    )
}
