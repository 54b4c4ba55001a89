/** Offsets to lines and back. Lines and characters count from 0, characters in UTF-16 units, as editors do. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export class LineIndex {
  private readonly starts: number[] = [0];

  constructor(private readonly text: string) {
    for (let newline = text.indexOf("\n"); newline >= 0; newline = text.indexOf("\n", newline + 1))
      this.starts.push(newline + 1);
  }

  get lineCount(): number {
    return this.starts.length;
  }

  /** Offsets outside the text are moved to its ends. */
  position(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: at - (this.starts[low] as number) };
  }

  offset({ line, character }: Position): number {
    if (line < 0) return 0;
    const start = this.starts[line];
    if (start === undefined) return this.text.length;
    const next = this.starts[line + 1];
    const end = next === undefined ? this.text.length : next - 1;
    return Math.max(start, Math.min(start + character, end));
  }
}
