/// The keys of manifest.json and index.json, which Birdie writes and which are never given another
/// meaning.
package enum RecordKey: String, Sendable {
  /// Of both documents.
  case schema, files

  // Of a manifest.
  case tool, version, weights, relations, sources

  // Of an index and its records.
  case records, author, date, track, bases
  case valBPB = "val_bpb"
  case pullRequest = "pull_request"

  // Of a record that another one builds on.
  case text, key

  // Of whatever has them: records, files, tensors, sources.
  case path, name, bytes, sha256

  // Of files, their weights and sources.
  case role, format, layers, tensors, url

  // Of tensors.
  case dtype, shape, encoding, values

  // Of encodings.
  case kind, bits, granularity

  // Of values.
  case minimum = "min"
  case maximum = "max"
  case mean
  case deviation = "std"
  case histogram

  // Of relations.
  case artifact, reference, equal, different, missing, extra
}
