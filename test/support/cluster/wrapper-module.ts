/** The go.mod of a module of our own that requires another one, so that its programs can be built from the module proxy. Pure. */
import type { GoModule } from './versions.ts'

/** `goMod` is the text of the required module's own go.mod. */
export function wrapperModule(wanted: GoModule, goMod: string): string {
  const replaced = wanted.stagingVersion === undefined ? [] : stagingModules(goMod)
  return [
    'module halcyon.dev/control-plane',
    '',
    'go 1.25.0',
    '',
    ...(wanted.godebug === undefined ? [] : [`godebug default=${wanted.godebug}`, '']),
    `require ${wanted.path} ${wanted.version}`,
    '',
    ...replaced.map((path) => `replace ${path} => ${path} ${wanted.stagingVersion}`),
    '',
  ].join('\n')
}

/** Paths of the requirements at v0.0.0: folders of the same repository, released under versions of their own. */
export function stagingModules(goMod: string): string[] {
  return [...goMod.matchAll(/^\s*(?:require\s+)?(\S+) v0\.0\.0(?:\s*\/\/.*)?$/gm)].map((match) => match[1] ?? '')
}

/** A file that names the packages: without one, Go drops the requirement as unused. */
export function wrapperSource(wanted: GoModule): string {
  const imports = Object.values(wanted.programs).map((path) => `\t_ "${path}"`)
  return ['//go:build tools', '', 'package tools', '', 'import (', ...imports, ')', ''].join('\n')
}

/** The value of `-ldflags`: stripped, stamped. */
export function linkerFlags(wanted: GoModule): string {
  const stamps = Object.entries(wanted.stamps ?? {}).map(([name, value]) => `-X ${name}=${value}`)
  return ['-s', '-w', ...stamps].join(' ')
}
