// Bulk conversions, reductions and byte transforms, each in the fastest form this CPU runs.
//
// Every instruction set gives the bytes that portable.c gives; the one exception, the payload of a
// NaN that arithmetic makes, is named where it applies. Counts are in elements unless a name says
// bytes. Sources typed `const void *` may have any alignment, other pointers are aligned for their
// type. Sources and destinations do not overlap. A count of 0 touches nothing and allows NULL.
#ifndef BIRDIE_CKERNELS_H
#define BIRDIE_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// What birdie_stats_f32 has seen so far. Set it up with birdie_stats_init.
struct birdie_stats {
  uint64_t count;          // all values, NaNs too
  uint64_t nan_count;
  uint64_t inf_count;      // of either sign
  uint64_t zero_count;     // of either sign
  float minimum;           // over all but NaNs; +inf before the first; a zero is +0
  float maximum;           // over all but NaNs; -inf before the first; a zero is +0
  float absolute_maximum;  // over all but NaNs; 0 before the first
  double sum_lanes[8];     // lane i sums the finite values with index = i (mod 8)
  double square_lanes[8];  // lane i sums their squares
};

// A SHA-256 under way. Set it up with birdie_sha256_init.
struct birdie_sha256 {
  uint32_t state[8];
  uint64_t byte_count;  // bytes taken so far; the last byte_count % 64 of them wait in block
  uint8_t block[64];
};

// A BLAKE3 under way. Set it up with birdie_blake3_init.
struct birdie_blake3 {
  uint64_t chunk_count;       // whole chunks taken, of which `depth` subtrees are left
  uint32_t key[8];
  uint32_t flags;
  uint32_t depth;
  uint32_t waiting;           // bytes in `chunk`: what comes last may be the root
  uint32_t subtrees[56 * 8];  // their chaining values, the largest first
  uint8_t chunk[1024];
};

// Magnitudes are the 31 bits of a float32 below its sign: they have the order of absolute values,
// NaNs after infinities.

// Which magnitudes are kept: those between `low` and `high`, both included, as many equal to the
// one or the other as are left, in order; UINT64_MAX: all.
struct birdie_magnitude_range {
  uint32_t low;
  uint32_t high;
  uint64_t low_left;   // those equal to `low`; also where `low` and `high` are the same
  uint64_t high_left;  // those equal to `high`
};

// Functions of one number, with a parameter where it is named.
enum birdie_unary {
  BIRDIE_NEGATE,
  BIRDIE_SQUARE,
  BIRDIE_EXP,
  BIRDIE_LOG,
  BIRDIE_TANH,
  BIRDIE_SIGMOID,
  BIRDIE_SILU,        // x sigmoid(x)
  BIRDIE_GELU,        // x Phi(x) (Hendrycks and Gimpel 2016)
  BIRDIE_GELU_TANH,   // its approximation with tanh
  BIRDIE_LEAKY_RELU,  // x, or parameter * x where x <= 0
  BIRDIE_SCALE,       // parameter * x
  BIRDIE_DIVIDE_BY,   // x / parameter
  BIRDIE_SHIFT,       // x + parameter
  BIRDIE_CLAMP,       // x, cut to parameter and -parameter; a NaN stays one
};

// Functions of two numbers.
enum birdie_binary { BIRDIE_ADD, BIRDIE_SUBTRACT, BIRDIE_MULTIPLY, BIRDIE_DIVIDE };

// The probabilities a stream is decoded with: `classes` tables of `symbol_count` frequencies, each
// adding up to 2^precision, 8 <= precision <= 15. The arrays have room for one more element each.
struct birdie_rans_tables {
  uint32_t precision;
  uint32_t coarse_bits;  // at most precision
  uint32_t class_count;
  uint32_t symbol_count;
  // Per class, 2^coarse_bits symbols: the one that the first slot of each bucket belongs to.
  const uint16_t *coarse;
  // Per class, symbol_count + 1 sums of the frequencies before a symbol; the last is 2^precision.
  const uint16_t *cumulative;
};

// What encoding one symbol of one class needs.
struct birdie_rans_symbol {
  uint64_t reciprocal;  // floor((2^64 - 1) / frequency) + 1; unused for a frequency of 1 or 0
  double inverse;       // 1 / frequency; unused for a frequency of 0
  uint32_t frequency;
  uint32_t cumulative;
};

// What is searched along a trellis: see birdie_kernel_table.
struct birdie_trellis_search {
  uint32_t states;        // a power of two, 4 to 256
  uint32_t code_taps;     // the bits of a state that an odd code flips
  uint32_t superset_taps; // the bits of a state that a superset of 1 flips, the top one among them
  int32_t least;          // the least and greatest point, at least four
  int32_t greatest;
  const float *rate;      // what each point from the least on costs besides its error, or NULL
};

// The functions of one instruction set, each described below under birdie_<its name>.
struct birdie_kernel_table {
  const char *name;  // "portable", "avx2" or "avx512"

  void (*f16_to_f32)(float *dst, const void *src, size_t n);
  void (*bf16_to_f32)(float *dst, const void *src, size_t n);
  void (*f8_e4m3fn_to_f32)(float *dst, const uint8_t *src, size_t n);
  void (*f8_e5m2_to_f32)(float *dst, const uint8_t *src, size_t n);
  void (*f8_e4m3fnuz_to_f32)(float *dst, const uint8_t *src, size_t n);
  void (*f8_e5m2fnuz_to_f32)(float *dst, const uint8_t *src, size_t n);
  void (*f8_e8m0_to_f32)(float *dst, const uint8_t *src, size_t n);

  void (*f32_to_f16)(uint16_t *dst, const void *src, size_t n);
  void (*f32_to_bf16)(uint16_t *dst, const void *src, size_t n);
  void (*f32_to_f8_e4m3fn)(uint8_t *dst, const void *src, size_t n);
  void (*f32_to_f8_e5m2)(uint8_t *dst, const void *src, size_t n);
  void (*f64_to_f32)(float *dst, const void *src, size_t n);

  void (*scale_i8)(float *dst, const int8_t *codes, float scale, size_t n);
  void (*fma_row)(float *acc, float a, const float *b, size_t n);
  void (*add_f32)(float *dst, const float *a, const float *b, size_t n);

  void (*unshuffle2)(uint8_t *dst, const uint8_t *even, const uint8_t *odd, size_t n);
  void (*swap_bytes)(void *dst, const void *src, size_t width, size_t count);
  void (*gather)(void *dst, const void *src, size_t element_size, size_t count,
                 ptrdiff_t stride_bytes);

  void (*count_nonfinite_f16)(const void *src, size_t n, size_t *nan, size_t *inf);
  void (*count_nonfinite_bf16)(const void *src, size_t n, size_t *nan, size_t *inf);
  void (*count_nonfinite_f32)(const void *src, size_t n, size_t *nan, size_t *inf);
  void (*count_nonfinite_f64)(const void *src, size_t n, size_t *nan, size_t *inf);
  void (*stats_f32)(const void *src, size_t n, struct birdie_stats *stats);

  // FIPS 180-4, 6.2.2: takes whole blocks of 64 bytes into the state. The functions below use it.
  void (*sha256_blocks)(uint32_t state[8], const uint8_t *blocks, size_t block_count);

  // O'Connor et al. 2020, 2.4: the chaining values, of eight words each, of `count` whole chunks of
  // 1024 bytes, the first of which has the number `counter`; and of `count` parents, whose children
  // lie one behind the other. Parents may replace their children.
  void (*blake3_chunks)(uint32_t *values, const uint8_t *chunks, size_t count,
                        const uint32_t key[8], uint64_t counter, uint32_t flags);
  void (*blake3_parents)(uint32_t *values, const uint32_t *children, size_t count,
                         const uint32_t key[8], uint32_t flags);

  uint32_t (*crc32)(uint32_t crc, const void *bytes, size_t n);

  // rANS (Duda 2013) with 32-bit states and 16-bit words, as docs/formats/birdie.md defines it.
  //
  // Decodes `count` symbols, symbol i of class classes[i] (0 for all where it is NULL) by state
  // i % lanes. Every class must be below class_count and every state at least 2^16. Returns the
  // number of words that were read, or SIZE_MAX where `word_count` were not enough: the symbols are
  // worth nothing then. Of classes without frequencies the last sum is 2^precision all the same.
  size_t (*rans_decode)(uint16_t *symbols, size_t count, const uint16_t *classes,
                        uint32_t *states, size_t lanes, const void *words, size_t word_count,
                        const struct birdie_rans_tables *tables);
  // Encodes `count` symbols, the last first, and writes words downwards from `end`, for which there
  // must be room: one each symbol. Symbol i of class c has the entry c * symbol_count + symbols[i],
  // whose frequency is not 0. Returns the number of words written.
  size_t (*rans_encode)(uint16_t *end, const uint16_t *symbols, size_t count,
                        const uint16_t *classes, uint32_t *states, size_t lanes,
                        const struct birdie_rans_symbol *entries, uint32_t symbol_count,
                        uint32_t precision);

  // Of all ways through the trellis from state 0, the points of the one that costs least: for each
  // of n numbers the square of its distance from the point, and the point's rate. The points of
  // state s are those = s modulo 2; after the point 2 q + z the state is s >> 1, with the code taps
  // flipped if q is odd and the superset taps if z is 1 (Viterbi 1967; Marcellin and Fischer 1990).
  // Gives the cost. The workspace has room for n * (8 + max(states / 8, 1)) bytes.
  double (*trellis_search)(int16_t *points, const float *x, size_t n,
                           const struct birdie_trellis_search *search, void *workspace);

  // The arithmetic of merging models; the same bits in every table. Destinations may be sources.

  // dst[i] = the sum of weights[m] * x[m][i], each product added with one rounding, over divisor.
  void (*weighted_mean)(float *dst, const float *const *x, const float *weights, size_t models,
                        float divisor, size_t n);
  // Sum (a[i] - base[i]) * (b[i] - base[i]), each step in double: eight lanes, added from lane 0 to
  // lane 7. Without a base 0 is taken.
  double (*product)(const float *a, const float *b, const float *base, size_t n);
  // dst[i] = base[i] + the sum of factors[m] * (x[m][i] - base[i]) over factors that are not 0,
  // each step in double, rounded once. Without a base 0 is taken.
  void (*add_vectors)(float *dst, const float *base, const float *const *x, const double *factors,
                      size_t models, size_t n);
  // Writes the absolute values of those of n numbers whose magnitude is from `low` to `high`, in
  // order, and gives how many; dst has room for n. Adds to *below how many are smaller.
  size_t (*gather_magnitudes)(float *dst, const float *x, size_t n, uint32_t low, uint32_t high,
                              size_t *below);
  // dst[i] = x[i] times 1 where its magnitude is kept, else times 0.
  void (*keep_magnitudes)(float *dst, const float *x, size_t n,
                          struct birdie_magnitude_range *range);
  // The sum of n absolute values: eight lanes in double, added from lane 0 to lane 7.
  double (*sum_magnitudes)(const float *x, size_t n);
  // Where x[i] is not 0 and has the sign of sign[i], plus for a zero: adds it to sum[i], and
  // `weight` to weights[i].
  void (*add_agreeing)(float *sum, float *weights, const float *x, const float *sign, float weight,
                       size_t n);
  // dst[i] = the variance of x[0][i] to x[models - 1][i], by their mean, in double.
  void (*variance)(float *dst, const float *const *x, size_t models, size_t n);
  // Sum (x[i] - base[i])^2 where mask[i] is not 0: eight lanes in double, added from lane 0 to
  // lane 7.
  double (*energy)(const float *x, const float *base, const float *mask, size_t n);
  // dst[i] = base[i] + the mean of x[m][i] - base[i] by weights[m] over those m whose masked[m][i]
  // is not 0 and has the sign of the sum of all masked[][i], plus for a zero; in double, divided by
  // at least 1e-6.
  void (*elect)(float *dst, const float *base, const float *const *x, const float *const *masked,
                const double *weights, size_t models, size_t n);
  // dst[i] = x[i] times 1 where the lower 24 bits of draws[i], as a fraction, are below
  // `probability`, else times 0.
  void (*keep_drawn)(float *dst, const float *x, const uint32_t *draws, float probability,
                     size_t n);
  // Numbers `first` to `first + n` of a stream of Philox 4x32-10 (Salmon et al. 2011).
  void (*philox_fill)(uint32_t *draws, size_t n, uint64_t first, uint64_t key, uint64_t stream);

  // The arithmetic of tensors; the same bits in every table. Destinations may be sources, except
  // in a matrix product.

  // dst[i] = op(src[i]). exp, log, tanh, sigmoid: error below 2 ulp for normal results. GELU: below
  // 1.2e-6 times the larger of 1 and the result.
  void (*unary_f32)(enum birdie_unary op, float *dst, const float *src, float parameter, size_t n);
  // dst[i] = a[i] op b[i].
  void (*binary_f32)(enum birdie_binary op, float *dst, const float *a, const float *b, size_t n);

  // Sums in float32 over 16 lanes, lane i taking the values with index = i (mod 16), which are then
  // added pairwise. The largest of nothing is -inf; NaNs are passed over.
  float (*sum_f32)(const float *src, size_t n);
  float (*dot_f32)(const float *a, const float *b, size_t n);
  float (*max_f32)(const float *src, size_t n);

  // src / sqrt(mean(src^2) + epsilon) * weight (Zhang and Sennrich 2019); weight may be NULL.
  void (*rms_norm_row)(float *dst, const float *src, const float *weight, float epsilon, size_t n);
  // (src - mean) / sqrt(variance + epsilon) * weight + bias (Ba et al. 2016); both may be NULL.
  void (*layer_norm_row)(float *dst, const float *src, const float *weight, const float *bias,
                         float epsilon, size_t n);
  // exp(src - max) / sum.
  void (*softmax_row)(float *dst, const float *src, size_t n);
  // log(sum(exp(src))); the maximum itself where it is not finite.
  float (*log_sum_exp_f32)(const float *src, size_t n);
  // Sums of exp(src - shift), and of exp(a - shift) (a - b).
  float (*sum_exp_f32)(const float *src, float shift, size_t n);
  float (*weighted_difference_f32)(const float *a, const float *b, float shift, size_t n);
  // Turns the pairs (src[i], src[half + i]) by their angles, clockwise for a direction of 1 and
  // the other way for -1 (Su et al. 2021, halves instead of neighbours).
  void (*rotate_row)(float *dst, const float *src, const float *cosine, const float *sine,
                     float direction, size_t half);
  // c (m x n) = a (m x k) times b (n x k) transposed, all row-major and dense; every element is
  // summed in the order of k. `panel` has room for 16 k numbers.
  void (*multiply_transposed_f32)(float *c, const float *a, const float *b, float *panel, size_t m,
                                  size_t n, size_t k);
};

// MARK: - Choice of instruction set

// The table in use: the best this CPU runs. The environment's BIRDIE_ISA (portable, avx2, avx512),
// read at the first call into this library, forbids better ones; other values of it are ignored.
const struct birdie_kernel_table *birdie_kernels(void);

// The table of one instruction set, or NULL where this CPU lacks it or the name is unknown.
// BIRDIE_ISA does not limit it: tests compare every table.
const struct birdie_kernel_table *birdie_kernels_for(const char *isa);

// The name of the table in use. It lives as long as the process.
const char *birdie_isa_name(void);

// MARK: - Widening to float32, always exact

// IEEE 754 binary16. NaNs keep sign and payload and become quiet, as torch and VCVTPH2PS do.
void birdie_f16_to_f32(float *dst, const void *src, size_t n);

// The upper half of a float32. NaNs keep every bit, as in torch.
void birdie_bf16_to_f32(float *dst, const void *src, size_t n);

// 1-4-3 bits, bias 7, no infinities, NaN = 0x7F and 0xFF (OCP 8-bit floating point, 2023).
// NaNs become 0x7FF00000 with the code's sign, as in torch.
void birdie_f8_e4m3fn_to_f32(float *dst, const uint8_t *src, size_t n);

// 1-5-2 bits, bias 15: the upper half of a binary16, infinities and NaNs included (OCP, 2023).
void birdie_f8_e5m2_to_f32(float *dst, const uint8_t *src, size_t n);

// 1-4-3 bits, bias 8, no infinities, no -0: 0x80 is the only NaN (Noune et al. 2022) and becomes
// 0x7F800001, as in torch.
void birdie_f8_e4m3fnuz_to_f32(float *dst, const uint8_t *src, size_t n);

// 1-5-2 bits, bias 16, no infinities, no -0: 0x80 is the only NaN and becomes 0x7F800001.
void birdie_f8_e5m2fnuz_to_f32(float *dst, const uint8_t *src, size_t n);

// A power of two, 2^(code - 127); 0xFF is NaN (OCP Microscaling 1.0) and becomes 0x7F800001.
void birdie_f8_e8m0_to_f32(float *dst, const uint8_t *src, size_t n);

// MARK: - Narrowing, round to nearest, ties to even

// IEEE 754 binary16: 65520 and above become infinity, small values become subnormal or zero. NaNs
// keep their sign and the upper ten payload bits and become quiet, as torch and VCVTPS2PH do.
void birdie_f32_to_f16(uint16_t *dst, const void *src, size_t n);

// The upper half of a float32, rounded. Every NaN becomes 0x7FC0: torch's scalar definition (its
// vector code gives 0xFFFF on some CPUs).
void birdie_f32_to_bf16(uint16_t *dst, const void *src, size_t n);

// To the nearest bfloat16 or float16 and back: what a narrower type would keep of a float32.
void birdie_round_bf16(float *x, size_t n);
void birdie_round_f16(float *x, size_t n);

// To the nearest float8, ties to even, as torch 2.15 does: E4M3FN has no infinity, and what is too
// large becomes 448 (NaN in older releases); in E5M2 what is 61440 or more becomes infinite. NaNs
// become 0x7F and keep their sign.
void birdie_f32_to_f8_e4m3fn(uint8_t *dst, const void *src, size_t n);
void birdie_f32_to_f8_e5m2(uint8_t *dst, const void *src, size_t n);

// The C cast from double to float. NaNs keep their sign and upper payload bits and become quiet.
void birdie_f64_to_f32(float *dst, const void *src, size_t n);

// MARK: - Arithmetic in float32. A NaN stays a NaN everywhere, but its payload may differ

// dst[i] = (float)codes[i] * scale, rounded once.
void birdie_scale_i8(float *dst, const int8_t *codes, float scale, size_t n);

// acc[i] = a * b[i] + acc[i], rounded once (fused).
void birdie_fma_row(float *acc, float a, const float *b, size_t n);

// dst[i] = a[i] + b[i]. dst may be a or b.
void birdie_add_f32(float *dst, const float *a, const float *b, size_t n);

// MARK: - Moving bytes

// Interleaves two byte planes into n bytes: dst[2i] = even[i], dst[2i + 1] = odd[i]. The even plane
// has n - n / 2 bytes, the odd one n / 2.
void birdie_unshuffle2(uint8_t *dst, const uint8_t *even, const uint8_t *odd, size_t n);

// Reverses the bytes of each element. Any width in bytes; 2, 4 and 8 are fast.
void birdie_swap_bytes(void *dst, const void *src, size_t width, size_t count);

// Copies count elements, the i-th from src + i * stride_bytes, to lie one behind the other in dst.
// The stride may be 0 or negative. Any element size in bytes; 1, 2, 4, 8 and 16 are fast.
void birdie_gather(void *dst, const void *src, size_t element_size, size_t count,
                   ptrdiff_t stride_bytes);

// Splits n numbers of `width` bytes (2, 4 or 8) into planes of n bytes, the most significant bytes
// first. With `rotate`, numbers are rotated left by one bit before.
void birdie_split_planes(uint8_t *planes, const void *src, size_t width, size_t n, int rotate);

// The inverse of birdie_split_planes.
void birdie_join_planes(void *dst, const uint8_t *planes, size_t width, size_t n, int rotate);

// Adds to counts[classes[i] * symbol_count + symbols[i]]; to class 0 where `classes` is NULL.
void birdie_count_symbols(uint32_t *counts, const uint16_t *symbols, const uint16_t *classes,
                          size_t n, size_t symbol_count);

// Adds to counts[b], of 256, how often the byte b occurs among n.
void birdie_count_bytes(uint64_t *counts, const uint8_t *bytes, size_t n);

// MARK: - Looking at values

// Add to *nan and *inf how many of n values are NaNs and infinities of either sign.
void birdie_count_nonfinite_f16(const void *src, size_t n, size_t *nan, size_t *inf);
void birdie_count_nonfinite_bf16(const void *src, size_t n, size_t *nan, size_t *inf);
void birdie_count_nonfinite_f32(const void *src, size_t n, size_t *nan, size_t *inf);
void birdie_count_nonfinite_f64(const void *src, size_t n, size_t *nan, size_t *inf);

// Starts statistics over no values.
void birdie_stats_init(struct birdie_stats *stats);

// Adds n float32 values to the statistics. The result depends on the values and their order alone,
// not on how they were split into calls.
void birdie_stats_f32(const void *src, size_t n, struct birdie_stats *stats);

// The sum of the finite values so far: the eight lanes in double, added from lane 0 to lane 7.
double birdie_stats_sum(const struct birdie_stats *stats);

// The sum of the squares of the finite values so far, each square exact, lanes added likewise.
double birdie_stats_sum_of_squares(const struct birdie_stats *stats);

// MARK: - Merging

// Adds to counts[b] how many of n magnitudes, whose bits above `shift + width` are `prefix`, have b
// in the `width` bits above `shift`.
void birdie_count_magnitudes(uint32_t *counts, const float *x, size_t n, uint32_t shift,
                             uint32_t width, uint32_t prefix);

// How many of n numbers have a magnitude.
size_t birdie_count_equal_magnitudes(const float *x, size_t n, uint32_t magnitude);

// The places of n magnitudes, `stride` apart, in ascending order, from 0 on; of equal ones the
// first comes first. The workspace has room for 2 n numbers; n is below 2^32.
void birdie_rank_magnitudes(uint32_t *ranks, const float *x, size_t n, size_t stride,
                            uint64_t *workspace);

// The same as keep_drawn for n numbers `stride` apart, each with the probability of its rank.
void birdie_keep_graded(float *dst, const float *x, const uint32_t *draws, const uint32_t *ranks,
                        const float *probabilities, size_t n, size_t stride);

// A generator under way: MT19937 (Matsumoto and Nishimura 1998).
struct birdie_mt19937 {
  uint32_t state[624];
  uint32_t position;
};

// Starts it from a seed, as its authors' init_genrand and torch do.
void birdie_mt19937_init(struct birdie_mt19937 *generator, uint32_t seed);

// The next n numbers of 32 bits; only passes over them where `draws` is NULL.
void birdie_mt19937_fill(struct birdie_mt19937 *generator, uint32_t *draws, size_t n);

// Four numbers of a stream, by the position of their block (Salmon et al. 2011: ten rounds, the
// counter in the lower 64 bits and the stream in the upper ones).
void birdie_philox_block(uint32_t block[4], uint64_t counter, uint64_t key, uint64_t stream);

// MARK: - CRC-32 (ISO 3309, as in zip, gzip and PNG)

// The checksum of what `crc` is the checksum of, followed by n bytes. Of no bytes it is 0.
uint32_t birdie_crc32(uint32_t crc, const void *bytes, size_t n);

// MARK: - SHA-256 (FIPS 180-4)

// Starts a hash over no bytes.
void birdie_sha256_init(struct birdie_sha256 *hash);

// Adds n bytes to the hash. A hash takes up to 2^61 - 1 bytes.
void birdie_sha256_update(struct birdie_sha256 *hash, const void *bytes, size_t n);

// Writes the digest of all bytes so far. The hash is used up: call birdie_sha256_init before more.
void birdie_sha256_final(struct birdie_sha256 *hash, uint8_t digest[32]);

// MARK: - BLAKE3 (O'Connor, Aumasson, Neves, Wilcox-O'Hearn 2020), digests of 32 bytes

// Starts a hash over no bytes, keyed with 32 bytes or, where `key` is NULL, without a key.
void birdie_blake3_init(struct birdie_blake3 *hash, const uint8_t *key);

// Adds n bytes to the hash. A hash takes up to 2^64 - 1 bytes.
void birdie_blake3_update(struct birdie_blake3 *hash, const void *bytes, size_t n);

// Writes the digest of all bytes so far. The hash is used up: call birdie_blake3_init before more.
void birdie_blake3_final(struct birdie_blake3 *hash, uint8_t digest[32]);

// Writes the digest of n bytes, keyed as in birdie_blake3_init.
void birdie_blake3_digest(const uint8_t *key, const void *bytes, size_t n, uint8_t digest[32]);

// MARK: - Gear hash (Xia et al. 2014)

// Rolls the hash over bytes until 16 zeros lead it: how many bytes were taken, the last of which is
// the one that did it; 0 where none of the n bytes does, all of which were taken then.
size_t birdie_gear_match(uint64_t *hash, const uint8_t *bytes, size_t n);

#endif
