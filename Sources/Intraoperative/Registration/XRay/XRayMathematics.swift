import Glibc

@inline(__always) func exp32(_ x: Float) -> Float { expf(x) }
@inline(__always) func logarithm(_ x: Double) -> Double { log(x) }
