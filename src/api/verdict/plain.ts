/** Makes text from manifests, commits and servers safe to print: a commit subject must not move the cursor or colour the screen. Pure. */

/** CSI, OSC, DCS and the two-character escapes, also in their one-byte (C1) forms. */
const escapes =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)|\u001b[ -/]*[0-~]/g
/** What is left of control characters, and the invisible ones that reorder text on screen. */
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g
const controlsExceptLines = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

/** One line: escapes removed, every run of white space and control characters becomes one space. */
export function plainLine(text: string): string {
  return text.replace(escapes, '').replace(controls, ' ').replace(/ {2,}/g, ' ').trim()
}

/** Several lines: line ends and indentation stay, tabs become two spaces, other control characters go. */
export function plainText(text: string): string {
  return text.replace(escapes, '').replace(/\r\n?/g, '\n').replace(/\t/g, '  ').replace(controlsExceptLines, '')
}
