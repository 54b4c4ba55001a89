/** Places in a file: offsets (UTF-16 units) as recognition gives them, lines and characters (from 0) as reports print them. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface TextRange {
  readonly start: Position;
  readonly end: Position;
}

export type PositionOf = (offset: number) => Position;

export const textRange = (span: Span, positionOf: PositionOf): TextRange => ({
  start: positionOf(span.start),
  end: positionOf(span.end),
});
