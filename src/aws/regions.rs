//! Regions: their shape, their partitions, where Bedrock is.
