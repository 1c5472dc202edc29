import Testing

/// The built program from outside, one process after another: the simulated arm and the loop need the machine to themselves.
@Suite(.serialized) struct ProgramTests {}
