// budget: 1000 MB
// What a researcher pays: a new combination of policies with inference, recording and a gradient check.
#include <encore/backend/cpu.hpp>
#include <encore/exec/infer.hpp>
#include <encore/exec/record.hpp>
#include <encore/layers/rope.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/initialise.hpp>

struct Spec {
  using Norm = encore::RmsNorm;
  using Placement = encore::PreNorm;
  using Position = encore::Rope<>;
  template <class P>
  using Attention = encore::MultiHeadAttention<P>;
  using FeedForward = encore::Glu<>;
  template <class N>
  using Embedding = encore::TokenEmbedding<N>;
};

template <class B>
void step(encore::Context<B>& context, const encore::EncoderModel<Spec>& model, const encore::Batch& batch) {
  auto parameters = encore::initialise(context, model);
  auto gradients = parameters.gradients(context);
  encore::Record<B> ex(context, parameters, batch.segments(), &gradients);
  auto x = model.encoder()(ex, encore::indices_of(ex, batch));
  ex.backward(x, ex.view(x));
  encore::infer(context, parameters, batch.segments(), {},
                [&](auto& e) { model.encoder()(e, encore::indices_of(e, batch)); });
}

template void step(encore::Context<encore::Cpu>&, const encore::EncoderModel<Spec>&, const encore::Batch&);
template void step(encore::Context<encore::Reference<double>>&, const encore::EncoderModel<Spec>&,
                   const encore::Batch&);
