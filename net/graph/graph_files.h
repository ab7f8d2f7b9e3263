#pragma once

#include "net/graph/clouds.h"
#include "net/graph/observed_http.h"
#include "sync/port/files.h"
#include "sync/port/random.h"

namespace belfry::net {

struct GraphFilesPolicy {
  Duration look_up_timeout = std::chrono::seconds(10);
  /// A part of 6 MiB over a line of 1 Mbit/s takes 50 s.
  Duration download_timeout = std::chrono::seconds(90);
};

/// Files of SharePoint, OneDrive and Teams through Graph.
///
/// Promises  A token goes to Graph's host only, redirects are not followed. The download address is
///           taken from Graph's answer and nowhere else, and has to be https with the name of a
///           public host: http on a loopback address passes only where Graph itself is configured
///           as such. No more of an answer is read than was asked for.
/// Threads   Safe from any thread.
/// Errors    As sync::FileSource says; their text names no file.
class GraphFiles : public sync::FileSource {
 public:
  GraphFiles(ObservedHttp http, sync::Entropy& entropy, Cloud cloud,
             const GraphFilesPolicy& policy = {});

  Result<sync::SharedFile> shared_file(const Secret& bearer, const Content& address) override;
  Result<sync::FilePart> download(const Secret& download_url, sync::ByteRange range) override;
  Result<sync::FilePart> hosted_content(const Secret& bearer, const MessageRef& message,
                                        const Content& id, std::size_t most) override;

 private:
  ObservedHttp http_;
  sync::Entropy& entropy_;
  const Cloud cloud_;
  const GraphFilesPolicy policy_;
};

/// `u!` and base64url of the address: how Graph takes sharing links.
[[nodiscard]] std::string share_token(const std::string& address);

/// Whether an address that Graph gave may be fetched, with Graph itself at `graph_url`.
[[nodiscard]] bool may_download_from(const std::string& address, const std::string& graph_url);

}  // namespace belfry::net
