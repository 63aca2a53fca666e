/** Time as deliveries know it, in milliseconds from their start. */
export interface Timeline {
  nowMs(): number;
  /** Runs the task then, or next if that is over. Tasks of one instant keep their order. */
  at(atMs: number, task: () => void): void;
}
