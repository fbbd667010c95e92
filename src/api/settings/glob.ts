/** Globs as Argo CD's settings use them: `*` also matches `/`. Pure. */

/** `*` any text, `?` one character, `[a-z]` and `[!a-z]` sets, `{a,b}` alternatives, `\\` takes the next character as it is. Never throws. */
export function globToRegExp(glob: string): RegExp {
  let source = ''
  let braces = 0
  for (let index = 0; index < glob.length; index++) {
    const character = glob[index] as string
    if (character === '*') source += '[^]*'
    else if (character === '?') source += '[^]'
    else if (character === '{') {
      source += '(?:'
      braces++
    } else if (character === '}' && braces > 0) {
      source += ')'
      braces--
    } else if (character === ',' && braces > 0) source += '|'
    else if (character === '[') {
      const end = glob.indexOf(']', index + 2)
      if (end < 0) source += '\\['
      else {
        const set = glob.slice(index + 1, end).replace(/[\\\]^]/g, '\\$&')
        source += set.startsWith('!') ? `[^${set.slice(1)}]` : `[${set}]`
        index = end
      }
    } else if (character === '\\' && index + 1 < glob.length) source += literal(glob[++index] as string)
    else source += literal(character)
  }
  try {
    return new RegExp(`^${source}${')'.repeat(braces)}$`)
  } catch {
    // A set with a reversed range: nothing but its own text matches.
    return new RegExp(`^${literal(glob)}$`)
  }
}

export function hasGlob(text: string): boolean {
  return /[*?[{]/.test(text)
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
